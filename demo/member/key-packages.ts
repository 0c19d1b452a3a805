/** A member's own key packages: each opens one invitation, wherever it comes from. */
import { encodeKeyPackage, Group, newKeyPackage, type OwnKeyPackage } from '../group/index.js';
import type { Store } from './store.js';

const MOST = 8;
const NAME = 'packages';

export class KeyPackages {
  readonly #person: string;
  readonly #store: Store;
  #own: readonly OwnKeyPackage[];

  private constructor(person: string, store: Store, own: readonly OwnKeyPackage[]) {
    this.#person = person;
    this.#store = store;
    this.#own = own;
  }

  static async load(person: string, store: Store): Promise<KeyPackages> {
    return new KeyPackages(person, store, ((await store.read(NAME)) as readonly OwnKeyPackage[]) ?? []);
  }

  /** @returns as many new ones as are to be published, beside those that are */
  async restock(published: number): Promise<readonly Uint8Array[]> {
    const made: OwnKeyPackage[] = [];
    for (let i = published; i < MOST; i++) made.push(await newKeyPackage(this.#person));
    // Kept first: an invitation for a package that was lost could not be opened.
    if (made.length > 0) await this.#keep([...this.#own, ...made]);
    return made.map(({ publicPackage }) => encodeKeyPackage(publicPackage));
  }

  /**
   * The group that somebody invites to, if it is the one that they say.
   * @returns with `spend`, to be called when the group is kept: the package opens no other invitation then
   */
  async join(
    id: string,
    welcome: Uint8Array,
  ): Promise<{ readonly group: Group; readonly spend: () => Promise<void> } | undefined> {
    for (const own of this.#own) {
      const group = await Group.join(this.#person, welcome, own).catch(() => undefined);
      if (group?.id === id) return { group, spend: () => this.#keep(this.#own.filter((one) => one !== own)) };
    }
    return undefined;
  }

  async #keep(own: readonly OwnKeyPackage[]): Promise<void> {
    this.#own = own;
    await this.#store.write(NAME, own);
  }
}
