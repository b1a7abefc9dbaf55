import { afterEach, describe, expect, it, vi } from 'vitest';
import { createEvents } from './events.js';

afterEach(() => void vi.unstubAllGlobals());

describe('events', () => {
  it('reach the listeners of their name, until those are ended', () => {
    const events = createEvents();
    const heard: string[] = [];
    events.on('logout', () => heard.push('logout'));
    const end = events.on('expired', () => heard.push('expired'));
    events.emit('expired', undefined);
    end();
    events.emit('expired', undefined);
    expect(heard).toEqual(['expired']);
  });

  it('reach the others when a listener throws', () => {
    const reported: unknown[] = [];
    vi.stubGlobal('reportError', (error: unknown) => reported.push(error));
    const events = createEvents();
    const heard: string[] = [];
    events.on('logout', () => {
      throw new Error('mine');
    });
    events.on('logout', () => heard.push('logout'));
    events.emit('logout', undefined);
    expect(heard).toEqual(['logout']);
    expect(reported).toHaveLength(1);
  });
});
