/** What apps and the delivery service say to each other: JSON over a WebSocket. All of a chat in it is ciphertext. */

/** One thing that a group's members sent, in the one order that all get it in. */
export interface Entry {
  /** From 1 on, without gaps. */
  readonly seq: number;
  /** An MLS message in base64. */
  readonly bytes: string;
}

export interface Invitation {
  readonly group: string;
  /** The number of the last entry that came before; the invited reads on from there. */
  readonly seq: number;
  /** An MLS Welcome in base64. */
  readonly bytes: string;
}

export type Request =
  /** Says who is there; first of all. */
  | { readonly op: 'hello'; readonly token: string }
  /** Key packages in base64, each good for one invitation. */
  | { readonly op: 'publish'; readonly packages: readonly string[] }
  /** A key package of somebody's. */
  | { readonly op: 'claim'; readonly person: string }
  | { readonly op: 'create'; readonly group: string }
  /** `id` is the sender's own: what is sent twice with the same one is one entry. */
  | { readonly op: 'send'; readonly group: string; readonly id: string; readonly bytes: string }
  | { readonly op: 'fetch'; readonly group: string; readonly after: number }
  /** One piece of a sealed photo, in base64, for the group: from 0 on, in their order. */
  | {
      readonly op: 'keep-piece';
      readonly group: string;
      readonly media: string;
      readonly at: number;
      readonly bytes: string;
    }
  | { readonly op: 'piece'; readonly group: string; readonly media: string; readonly at: number }
  /** Lets somebody in who was added at entry `seq`. */
  | (Invitation & { readonly op: 'invite'; readonly person: string })
  /**
   * Says that somebody was removed at entry `seq`. When more than half of the others say so, they get that one, and no
   * further: the service cannot read who was, and takes nobody's word alone.
   */
  | { readonly op: 'expel'; readonly group: string; readonly person: string; readonly seq: number }
  /** The invitations and the groups that are the person's. */
  | { readonly op: 'chats' };

export const REFUSALS = [
  'request-malformed',
  'not-signed-in',
  'not-a-member',
  'group-taken',
  'person-unknown',
  'no-key-package',
  'media-unknown',
  'too-large',
  'storage-full',
] as const;

export type Refusal = (typeof REFUSALS)[number];

/** How far a group's order goes for a person. */
export interface Head {
  /** The last entry for them. */
  readonly seq: number;
  /** Whether there will be no other one. */
  readonly ended: boolean;
}

/** By group. */
export type Heads = Readonly<Record<string, Head>>;

export interface Presence {
  readonly person: string;
  readonly online: boolean;
  /** Whether somebody could invite them now. */
  readonly ready: boolean;
}

/** An answer has its request's number. */
export type Answer =
  | { readonly re: number; readonly ok: true; readonly value: unknown }
  | { readonly re: number; readonly ok: false; readonly code: Refusal };

export type Push =
  | { readonly push: 'entry'; readonly group: string; readonly entry: Entry }
  | { readonly push: 'invitation'; readonly invitation: Invitation }
  | { readonly push: 'presence'; readonly people: readonly Presence[] }
  /** Comes again and again: the newest entry of each of the person's groups. */
  | { readonly push: 'pulse'; readonly heads: Heads };

/** What an app's request is answered with. */
export interface Answers {
  readonly hello: { readonly person: string; readonly packages: number };
  readonly publish: { readonly packages: number };
  readonly claim: string;
  readonly create: null;
  readonly send: number;
  readonly fetch: readonly Entry[];
  readonly 'keep-piece': null;
  readonly piece: string;
  readonly invite: null;
  readonly expel: null;
  readonly chats: {
    readonly invitations: readonly Invitation[];
    readonly heads: Heads;
  };
}

/** Of somebody's key packages that wait. */
export const MAX_PACKAGES = 50;
/** Of the entries that one request gets. */
export const MAX_FETCH = 200;
/** Of each piece of a sealed photo but its last one, in bytes. */
export const PIECE_BYTES = 128 * 1024;
/** Of one photo. */
export const MAX_PIECES = 40;
/** Of one frame, in characters. */
export const MAX_FRAME = 256 * 1024;
/** So often a pulse comes, in milliseconds. */
export const PULSE_MS = 15_000;
