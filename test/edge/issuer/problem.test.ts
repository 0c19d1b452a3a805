import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { IssuerError } from '../../../edge/issuer/error.js';
import { startIssuer } from '../../../edge/issuer/index.js';
import { asIssuerError, problemOf } from '../../../edge/issuer/problem.js';
import { StoreError } from '../../../edge/store/index.js';
import { TestIssuer } from './fixture.js';

const thrown = (code: string) => Object.assign(new Error('SECRET'), { code });

describe('what is thrown', () => {
  it.each([
    [
      'an error of ours',
      new IssuerError('account-check-unavailable', 'x', { retryAfter: 5 }),
      503,
      'account-check-unavailable',
      5,
    ],
    ['the database’s', new StoreError('store-failed', 'SECRET'), 503, 'issuer-not-ready', 5],
    ['a slow request', thrown('ERR_HTTP_REQUEST_TIMEOUT'), 408, 'request-timeout', undefined],
    ['a broken request', thrown('HPE_INVALID_METHOD'), 400, 'request-malformed', undefined],
    ['a wrong length', thrown('FST_ERR_CTP_INVALID_CONTENT_LENGTH'), 400, 'request-malformed', undefined],
    ['anything', thrown('WHATEVER'), 500, 'internal', undefined],
    ['no error at all', 'SECRET', 500, 'internal', undefined],
  ])('as %s becomes a problem that tells nothing of it', (_, error, status, code, retryAfter) => {
    const found = problemOf(asIssuerError(error));
    expect(found).toMatchObject({ status, retryAfter });
    expect(JSON.parse(found.body)).toMatchObject({ type: 'about:blank', status, code });
    expect(found.body).not.toContain('SECRET');
  });
});

describe('an issuer', () => {
  it('that is being stopped still answers what has begun to arrive', async () => {
    const issuer = await new TestIssuer().start();
    const socket = connect(Number(new URL(issuer.url).port), '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
    });
    socket.write(
      'POST /token-request HTTP/1.1\r\nhost: x\r\ncontent-type: application/private-token-request\r\n' +
        'content-length: 1\r\nexpect: 100-continue\r\n\r\n',
    );
    await once(socket, 'data');
    expect(answer).toMatch(/^HTTP\/1.1 100 /);
    const stopped = issuer.stop();
    socket.write('x');
    await Promise.all([stopped, once(socket, 'close')]);
    expect(answer).toMatch(/HTTP\/1.1 422 /);
    expect(answer).toContain('"code":"token-request-refused"');
    await issuer.end();
  });

  it('does not take a port that another has', async () => {
    const issuer = await new TestIssuer().start();
    const port = Number(new URL(issuer.url).port);
    await expect(
      startIssuer({
        config: { ...issuer.config, listen: { host: '127.0.0.1', port } },
        log: () => undefined,
        now: issuer.now,
      }),
    ).rejects.toMatchObject({
      code: 'port-in-use',
    });
    await issuer.end();
  });
});
