export { createMockServer } from './create-mock-server.js';
export type { Fault } from './faults/fault.js';
export type { Endpoint, RecordedRequest } from './journal/recorded-request.js';
export type { Decision, IssueTokensArgs, ListenOptions, MockServer, MockTokens } from './mock-server.js';
export type { MockApp, MockServerOptions, MockUser } from './options.js';
