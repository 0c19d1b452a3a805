/** Why something of a group was refused. */
export type GroupErrorCode =
  /** Not of this group, not MLS, or not openable: forged, replayed or damaged. */
  | 'message-malformed'
  /** More than an app should have to hold. */
  | 'message-too-large'
  /** A commit that no member may make: a forged setting, an unknown proposal, one from outside. */
  | 'commit-refused'
  /** One change at a time: the last one has not been taken or refused yet. */
  | 'change-underway'
  /** A commit for an earlier epoch than the group is in. */
  | 'commit-stale'
  /** Says that it is of a later epoch than the group is in: a commit was missed, or somebody forged it. */
  | 'epoch-ahead'
  /** The user is not in the group any more. */
  | 'not-a-member'
  /** A key package that cannot be used here. */
  | 'package-refused'
  /** Somebody has that name here already, or nobody has. */
  | 'person-refused'
  /** A photo that is not the one that was sent: changed, cut off, another one, or no photo. */
  | 'media-refused'
  /** A photo of more bytes or pixels than an app should have to hold. */
  | 'media-too-large'
  /** What was kept cannot be read. */
  | 'state-malformed';

/** An error of the group layer. Its message never quotes what anybody wrote. */
export class GroupError extends Error {
  override readonly name = 'GroupError';
  readonly code: GroupErrorCode;

  constructor(code: GroupErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What cannot be opened before the group has caught up with it, if it ever was what it says. */
export class EpochAheadError extends GroupError {
  readonly epoch: bigint;

  constructor(epoch: bigint) {
    super('epoch-ahead', 'Something came from a later state of the chat than is known here.');
    this.epoch = epoch;
  }
}
