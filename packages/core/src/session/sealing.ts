import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_LENGTH = 8;

/** Encrypts and authenticates short strings with keys that only this application's processes know. */
export interface Sealer {
  /** Seals `text` for one purpose with the newest key. The answer is base64url with a key id in front. */
  seal(purpose: string, text: string): string;
  /** The text, or `undefined` when the seal is broken, made for another purpose, or made with an unknown key. */
  open(purpose: string, sealed: string): string | undefined;
  /** Whether the key that `sealed` names is one of ours. Costs no cryptography. */
  knows(sealed: string): boolean;
}

/**
 * AES-256-GCM with one key per secret, derived by HKDF-SHA-256 (RFC 5869). The purpose is authenticated as associated
 * data, so what was sealed for one use cannot be opened for another.
 *
 * @param secrets newest first: the first seals, all of them open.
 */
export function createSealer(secrets: readonly [string, ...string[]]): Sealer {
  const keys = new Map<string, KeyObject>();
  for (const secret of secrets) {
    const { id, key } = deriveKey(secret);
    keys.set(id, key);
  }
  const newest = deriveKey(secrets[0]);

  return {
    seal(purpose, text) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', newest.key, iv);
      cipher.setAAD(Buffer.from(purpose));
      const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return newest.id + sealed.toString('base64url');
    },
    open(purpose, sealed) {
      const key = keys.get(sealed.slice(0, KEY_ID_LENGTH));
      const bytes = Buffer.from(sealed.slice(KEY_ID_LENGTH), 'base64url');
      if (key === undefined || bytes.length < IV_BYTES + TAG_BYTES) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(purpose));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        const text = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
        return Buffer.concat([text, decipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },
    knows: (sealed) => keys.has(sealed.slice(0, KEY_ID_LENGTH)),
  };
}

function deriveKey(secret: string): { id: string; key: KeyObject } {
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', 'aihubmix-auth sealing key v1', 32 + 6));
  return { key: createSecretKey(bytes.subarray(0, 32)), id: bytes.subarray(32).toString('base64url') };
}
