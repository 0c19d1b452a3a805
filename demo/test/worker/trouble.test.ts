/** Failures in words: each says what to do, and none is put down to somebody else. */
import { ClientError } from 'sotto/client';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../worker/app-session.js';
import { troubleOf } from '../../worker/trouble.js';

const issuer = (detail: string, retryAfter?: number) =>
  new ClientError('issuer-refused', 'The issuer gives no tokens.', { detail, retryAfter });
const server = (detail: string) => new ClientError('server-refused', 'The server refused.', { detail });

describe('trouble', () => {
  it.each<[string, Error, RegExp, string, boolean]>([
    [
      'a used-up quota',
      issuer('quota-exhausted', 7200),
      /used up.*in about 2 hours/,
      'issuer-refused: quota-exhausted',
      false,
    ],
    [
      'a quota that is back soon',
      issuer('quota-exhausted', 61),
      /in 2 minutes/,
      'issuer-refused: quota-exhausted',
      false,
    ],
    [
      'a quota that is back some time',
      issuer('quota-exhausted'),
      /new ones later/,
      'issuer-refused: quota-exhausted',
      false,
    ],
    [
      'an account that is denied',
      issuer('app-token-bad-signature'),
      /not accept your account/,
      'issuer-refused: app-token-bad-signature',
      true,
    ],
    [
      'a word that came too late',
      issuer('app-token-expired'),
      /[Cc]heck the clock/,
      'issuer-refused: app-token-expired',
      true,
    ],
    ['a sign-in that has ended', new AppError('sign-in-ended'), /Sign in again/, 'sign-in-ended', true],
    ['an app’s server that refuses', new AppError('app-refused'), /refused/, 'app-refused', true],
    [
      'an app’s server that is away',
      new AppError('app-unreachable'),
      /cannot be reached/,
      'app-unreachable',
      true,
    ],
    [
      'a token that is not taken',
      server('token-expired'),
      /gets new ones: try again/,
      'server-refused: token-expired',
      true,
    ],
    [
      'a gateway without machines',
      server('vm-unavailable'),
      /busy now/,
      'server-refused: vm-unavailable',
      true,
    ],
  ])('with %s', (_, error, text, code, canRetry) => {
    expect(troubleOf(error)).toEqual({ text: expect.stringMatching(text), code, canRetry });
  });
});
