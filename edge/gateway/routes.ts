/**
 * How the second request of a session finds the machine that the first one was sent to: a route that the gateway seals
 * for itself and the client carries. It holds for one session, says nothing to anybody else, and leaves nothing for a
 * gateway to remember.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { EdgeError } from '../error.js';
import type { KeyRing } from './key-ring.js';

const CIPHER = 'aes-256-gcm';
const NONCE_SIZE = 12;
const TAG_SIZE = 16;
const NAME_SIZE = 16;
const TIME_SIZE = 6;
const ROUTE_SIZE = 1 + NONCE_SIZE + NAME_SIZE + TIME_SIZE + TAG_SIZE;

/** A machine's name in routes, the same on every gateway: 16 bytes in hexadecimal. */
export function vmName(origin: string): string {
  return createHash('sha256')
    .update(origin)
    .digest('hex')
    .slice(0, 2 * NAME_SIZE);
}

export class Routes {
  readonly #keys: KeyRing;
  readonly #now: () => number;

  constructor(keys: KeyRing, now: () => number = Date.now) {
    this.#keys = keys;
    this.#now = now;
  }

  /** A route to `vm` for this session alone, for `seconds`. base64url. */
  seal(vm: string, session: string, seconds: number): string {
    const { config, route } = this.#keys.current;
    const nonce = randomBytes(NONCE_SIZE);
    const cipher = createCipheriv(CIPHER, route, nonce);
    cipher.setAAD(Buffer.from(session));
    const plain = Buffer.alloc(NAME_SIZE + TIME_SIZE);
    plain.write(vm, 'hex');
    plain.writeUIntBE(this.#now() + seconds * 1000, NAME_SIZE, TIME_SIZE);
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([Buffer.of(config.keyId), nonce, sealed, cipher.getAuthTag()]).toString('base64url');
  }

  /** The machine's name. @throws EdgeError `route-refused` */
  open(route: string, session: string): string {
    const bytes = Buffer.from(route, 'base64url');
    const keys = bytes.length === ROUTE_SIZE ? this.#keys.find(bytes[0]!) : undefined;
    if (!keys) throw refused();
    const decipher = createDecipheriv(CIPHER, keys.route, bytes.subarray(1, 1 + NONCE_SIZE));
    decipher.setAAD(Buffer.from(session));
    decipher.setAuthTag(bytes.subarray(-TAG_SIZE));
    let plain: Buffer;
    try {
      plain = Buffer.concat([decipher.update(bytes.subarray(1 + NONCE_SIZE, -TAG_SIZE)), decipher.final()]);
    } catch (cause) {
      throw refused(cause);
    }
    if (plain.readUIntBE(NAME_SIZE, TIME_SIZE) < this.#now()) throw refused();
    return plain.toString('hex', 0, NAME_SIZE);
  }
}

function refused(cause?: unknown): EdgeError {
  return new EdgeError(
    'route-refused',
    'The route is not of this session, or has expired: open a new session.',
    {
      cause,
    },
  );
}
