/** Who can sign in to this demo. There are no passwords: it is one machine, and everybody on it is you. */
import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface Person {
  readonly id: string;
  readonly name: string;
  /** Played by a script, to have somebody to talk to. */
  readonly scripted: boolean;
}

export const PEOPLE: readonly Person[] = [
  { id: 'anna', name: 'Anna', scripted: false },
  { id: 'ben', name: 'Ben', scripted: false },
  { id: 'chloe', name: 'Chloé', scripted: false },
  { id: 'omar', name: 'Omar', scripted: false },
  { id: 'mia', name: 'Mia', scripted: true },
  { id: 'leo', name: 'Leo', scripted: true },
];

export const APP_NAME = 'sotto-chat';
const TOKEN_LIFE = '5 minutes';
const SIGN_IN_MS = 12 * 60 * 60 * 1000;

interface SignIn {
  readonly person: string;
  /** In milliseconds since 1970. */
  readonly until: number;
}

/** Sign-ins, and the app's word to the issuer of AI tokens that somebody is a user of it. */
export class Accounts {
  readonly #signIns = new Map<string, SignIn>();
  readonly #now: () => number;
  readonly #key: CryptoKey;
  readonly keySet: string;

  private constructor(key: CryptoKey, keySet: string, now: () => number) {
    this.#key = key;
    this.keySet = keySet;
    this.#now = now;
  }

  /** @param now in milliseconds since 1970 */
  static async create(now: () => number = Date.now): Promise<Accounts> {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    return new Accounts(privateKey, JSON.stringify({ keys: [await exportJWK(publicKey)] }), now);
  }

  /** @returns a sign-in token; nothing for somebody who is not there */
  signIn(person: string): string | undefined {
    if (!PEOPLE.some(({ id }) => id === person)) return undefined;
    const token = randomBytes(24).toString('base64url');
    this.#signIns.set(token, { person, until: this.#now() + SIGN_IN_MS });
    return token;
  }

  signOut(token: string): void {
    this.#signIns.delete(token);
  }

  /** Whose sign-in a token is; nobody's once it has ended. */
  personOf(token: string): string | undefined {
    const signIn = this.#signIns.get(token);
    if (signIn && signIn.until > this.#now()) return signIn.person;
    this.#signIns.delete(token);
    return undefined;
  }

  /** What the issuer believes; `audience` is the issuer's name. */
  appToken(person: string, audience: string): Promise<string> {
    return new SignJWT()
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(APP_NAME)
      .setAudience(audience)
      .setSubject(person)
      .setIssuedAt()
      .setExpirationTime(TOKEN_LIFE)
      .sign(this.#key);
  }
}
