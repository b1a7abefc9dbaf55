/** Thrown instead of an answer: the connection is to be cut. */
export class ConnectionDropped extends Error {
  override readonly name = 'ConnectionDropped';

  constructor() {
    super('the connection was dropped');
  }
}
