import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A process of the bench that answers one question at a time. */
export interface Child<Question, Answer> {
  ask(question: Question): Promise<Answer>;
  stop(): Promise<void>;
}

/** @param module the file that the process runs; it calls `answerParent`. */
export function startChild<Question extends object, Answer>(module: URL): Child<Question, Answer> {
  const child = fork(module, { execArgv: ['--import', 'tsx'] });
  const ended = once(child, 'exit');
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  return {
    async ask(question) {
      child.send(question);
      const [answer] = await Promise.race([once(child, 'message'), ended.then(endedEarly)]);
      return answer as Answer;
    },
    async stop() {
      process.off('exit', kill);
      kill();
      await ended;
    },
  };
}

/** In the child: answers every question of the parent. */
export function answerParent<Question, Answer extends object>(
  answer: (question: Question) => Promise<Answer>,
): void {
  process.on('message', async (question) => {
    process.send?.(await answer(question as Question));
  });
}

function endedEarly(): never {
  throw new Error('A process of the bench ended before it answered.');
}
