import { AihubmixError } from '../errors.js';

/** A logout form holds one path. */
const LARGEST_FORM = 16 * 1024;

/**
 * Reads the fields of an urlencoded body.
 *
 * @throws AihubmixError `invalid_request` past 16 KiB.
 */
export async function readForm(body: AsyncIterable<Uint8Array>): Promise<URLSearchParams> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > LARGEST_FORM) throw new AihubmixError('invalid_request', 'The form is larger than 16 KiB.');
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
