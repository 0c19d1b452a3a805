/** What went wrong, in plain words. */
import { ClientError } from 'sotto/client';
import { LinkError } from '../delivery/link-error.js';
import { GroupError } from '../group/index.js';
import { StoreFullError } from '../member/index.js';
import { AppError, type AppErrorCode } from './app-session.js';
import { PhotoError } from './photo.js';
import type { Trouble } from './view.js';

const CLIENT: Readonly<Record<string, string>> = {
  'chat-protected': 'Not available while Advanced Chat Privacy is on.',
  'privacy-unproven':
    'Not available now: it is not known whether Advanced Chat Privacy is on. Check your connection.',
  'attestation-failed': 'The AI’s server could not prove what it runs. Nothing was sent.',
  'ledger-refused':
    'The public log does not show what the AI’s server, its gateway or its issuer says. Nothing was sent.',
  'key-mismatch': 'The gateway does not show everybody the same key. Nothing was sent.',
  'issuer-key-mismatch': 'The token issuer does not show everybody the same key. Nothing was sent.',
  'network-failed': 'Private AI cannot be reached. Your text is still here.',
  'answer-truncated': 'The connection broke before the answer was complete.',
  'answer-malformed': 'The answer was damaged on its way, and is not shown.',
  'task-failed': 'The AI could not do this one.',
  'token-unavailable': 'There is no token left to ask with.',
  'session-expired': 'It took too long to begin. Nothing was sent.',
  aborted: 'Stopped.',
};

const INVALID: Readonly<Record<string, string>> = {
  'request-empty': 'There is nothing to work on.',
  'request-too-large': 'This is too long for private AI.',
};

const BUSY = 'Private AI is busy now. Try again in a moment.';
const SERVER: Readonly<Record<string, string>> = {
  'address-limited': 'Too many requests came from your address. Wait a little, then try again.',
  'gateway-unavailable': BUSY,
  'vm-unavailable': BUSY,
  'server-busy': BUSY,
  'server-stopping': BUSY,
  'sessions-full': BUSY,
};

const ISSUER: Readonly<Record<string, string>> = {
  'app-token-expired':
    'The token issuer says that your sign-in came too late. Check the clock of this device, then try again.',
  'account-check-unavailable': 'The token issuer cannot look at your account now. Try again in a moment.',
  'issuer-not-ready': 'The token issuer gives no tokens now. Try again in a moment.',
  'server-stopping': 'The token issuer gives no tokens now. Try again in a moment.',
};

const APP: { readonly [code in AppErrorCode]: string } = {
  'app-unreachable': 'This app’s own server cannot be reached. Check your connection, then try again.',
  'app-refused': 'This app’s own server refused. Try again; if it stays so, tell whoever runs it.',
  'sign-in-ended': 'Your sign-in has ended. Sign in again, then try again: nothing here is lost.',
};

const GROUP: Readonly<Record<string, string>> = {
  'not-a-member': 'You are not in this chat any more.',
  'message-too-large': 'This message is too long.',
  'change-underway': 'The chat is being changed by others. Try again.',
  'person-refused': 'That person cannot be added or removed now.',
  'media-refused': 'This photo is not the one that was sent, and is not shown.',
  'media-too-large': 'This photo is too large to be sent.',
  'package-refused': 'That person’s app sent something unusable. Try again.',
};

const LINK: Readonly<Record<string, string>> = {
  offline: 'You are offline. This needs a connection.',
  'order-broken': 'The delivery service leaves out parts of a chat.',
  'cut-off':
    'Others in a chat told the delivery service that you were removed. You were not, but nothing new comes to you.',
  'answer-malformed': 'The delivery service says things that make no sense.',
  'no-key-package': 'They have to sign in once before they can be added.',
  'not-a-member': 'You are not in this chat any more.',
  'media-unknown': 'This photo is not to be had any more.',
  'storage-full': 'The delivery service has no room left. What could not be sent is still here.',
};

const PHOTO: Readonly<Record<PhotoError['code'], string>> = {
  'photo-unreadable': 'That file is no picture that this browser can read. Nothing was sent.',
  'photo-too-large': 'That picture is too large to be sent, up to 50 MB will do. Nothing was sent.',
};

export function troubleOf(error: unknown): Trouble {
  if (error instanceof ClientError) return clientTrouble(error);
  if (error instanceof AppError) return { text: APP[error.code], code: error.code, canRetry: true };
  if (error instanceof GroupError)
    return { text: GROUP[error.code] ?? 'The chat refused that.', code: error.code, canRetry: false };
  if (error instanceof LinkError)
    return {
      text: LINK[error.code] ?? 'The delivery service refused that.',
      code: error.code,
      canRetry: true,
    };
  if (error instanceof PhotoError) return { text: PHOTO[error.code], code: error.code, canRetry: false };
  if (error instanceof StoreFullError)
    return {
      text: 'This device has no room left. Nothing was lost: free some space, then try again.',
      code: 'storage-full',
      canRetry: true,
    };
  return { text: 'Something went wrong that should not be possible.', code: 'internal', canRetry: false };
}

/** What trying again would not change. */
const FINAL: readonly string[] = ['chat-protected', 'privacy-unproven', 'request-invalid', 'quota-exhausted'];

function clientTrouble({ code, detail = '', retryAfter }: ClientError): Trouble {
  const text =
    (code === 'request-invalid' ? INVALID[detail] : undefined) ??
    (code === 'issuer-refused' ? issuerText(detail, retryAfter) : undefined) ??
    (code === 'server-refused' ? serverText(detail) : undefined) ??
    CLIENT[code] ??
    'Private AI refused this request.';
  const canRetry = !FINAL.includes(code) && !FINAL.includes(detail);
  return { text, code: detail && detail !== code ? `${code}: ${detail}` : code, canRetry };
}

function issuerText(detail: string, retryAfter: number | undefined): string {
  if (detail === 'quota-exhausted')
    return `You have used up your private AI requests. There are new ones ${whenText(retryAfter)}.`;
  return (
    ISSUER[detail] ??
    'The token issuer does not accept your account, so there is nothing to ask with. Tell whoever runs this app.'
  );
}

function serverText(detail: string): string | undefined {
  if (detail.startsWith('token-'))
    return 'The gateway did not take the token that was to pay for this. Your app gets new ones: try again.';
  return SERVER[detail];
}

/** @param seconds from now */
function whenText(seconds: number | undefined): string {
  if (seconds === undefined) return 'later';
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 90) return `in ${minutes} minute${minutes === 1 ? '' : 's'}`;
  return `in about ${Math.round(minutes / 60)} hours`;
}
