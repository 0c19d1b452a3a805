/**
 * IndexedDB, where everything is sealed with a key that no script can read out: WebCrypto keeps it, not extractable. Who
 * copies the browser's files has the key as well; who gets at the page's data alone, a backup of values say, has not.
 */
import { type Store, StoreFullError } from '../member/index.js';
import { fromBytes, toBytes } from './serial.js';

const KEYS = 'keys';
const VALUES = 'values';
const NONCE_BYTES = 12;

export class Database implements Store {
  readonly #database: IDBDatabase;
  readonly #key: CryptoKey;

  private constructor(database: IDBDatabase, key: CryptoKey) {
    this.#database = database;
    this.#key = key;
  }

  static async open(name: string): Promise<Database> {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(KEYS);
      request.result.createObjectStore(VALUES);
    };
    const database = await settled(request);
    const known = await settled(database.transaction(KEYS).objectStore(KEYS).get('key'));
    if (known instanceof CryptoKey) return new Database(database, known);
    const algorithm = { name: 'AES-GCM', length: 256 };
    const key = await crypto.subtle.generateKey(algorithm, false, ['encrypt', 'decrypt']);
    await put(database, KEYS, 'key', key);
    return new Database(database, key);
  }

  async read(name: string): Promise<unknown> {
    const sealed: unknown = await settled(this.#database.transaction(VALUES).objectStore(VALUES).get(name));
    if (!(sealed instanceof Uint8Array)) return undefined;
    const bytes = sealed as Uint8Array<ArrayBuffer>;
    const plain = await crypto.subtle.decrypt(
      this.#algorithm(name, bytes.subarray(0, NONCE_BYTES)),
      this.#key,
      bytes.subarray(NONCE_BYTES),
    );
    return fromBytes(new Uint8Array(plain));
  }

  async write(name: string, value: unknown): Promise<void> {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const sealed = await crypto.subtle.encrypt(this.#algorithm(name, nonce), this.#key, toBytes(value));
    const bytes = new Uint8Array(NONCE_BYTES + sealed.byteLength);
    bytes.set(nonce);
    bytes.set(new Uint8Array(sealed), NONCE_BYTES);
    await put(this.#database, VALUES, name, bytes);
  }

  async names(): Promise<readonly string[]> {
    return (await settled(this.#database.transaction(VALUES).objectStore(VALUES).getAllKeys())).map(String);
  }

  #algorithm(name: string, iv: Uint8Array<ArrayBuffer>): AesGcmParams {
    // A value is good under its own name only.
    return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(name) };
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Resolves when it is on the disk. @throws StoreFullError */
function put(database: IDBDatabase, store: string, name: string, value: unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const refused = (cause: unknown) =>
      reject(
        cause instanceof DOMException && cause.name === 'QuotaExceededError'
          ? new StoreFullError('There is no room left on this device.', { cause })
          : cause,
      );
    const transaction = database.transaction(store, 'readwrite', { durability: 'strict' });
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => refused(transaction.error);
    transaction.onerror = () => undefined;
    transaction.objectStore(store).put(value, name);
  });
}
