/** The delivery service on a WebSocket of a fastify app. */
import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import { type Mailroom, RefusedError } from './mailroom.js';
import { DELIVERY_PATH } from './path.js';
import { type Answer, MAX_FRAME, PULSE_MS, type Push, type Request } from './protocol.js';
import { parseRequest } from './request.js';

export interface DeliveryOptions {
  readonly mailroom: Mailroom;
  /** Whose a sign-in token is, as long as the sign-in lasts. */
  readonly personOf: (token: string) => string | undefined;
  /** What pages may connect; browsers say where theirs is from. */
  readonly allowsOrigin: (origin: string | undefined) => boolean;
  readonly pulseMs?: number;
}

export async function addDelivery(app: FastifyInstance, options: DeliveryOptions): Promise<void> {
  const { mailroom, personOf, allowsOrigin, pulseMs = PULSE_MS } = options;
  await app.register(websocket, { options: { maxPayload: MAX_FRAME } });
  app.get(
    DELIVERY_PATH,
    {
      websocket: true,
      preValidation: async (request, reply) => {
        if (!allowsOrigin(request.headers.origin)) await reply.code(403).send();
      },
    },
    (socket) => {
      let person: string | undefined;
      let token = '';
      let stop: (() => void) | undefined;
      const send = (message: Answer | Push) => socket.send(JSON.stringify(message));
      /** Whether the sign-in lasts. If not the connection ends: whoever comes back is told why. */
      const isSignedIn = () => {
        if (personOf(token) === person) return true;
        socket.close();
        return false;
      };
      const push = (news: Push) => {
        if (isSignedIn()) send(news);
      };
      const pulse = setInterval(() => {
        if (person !== undefined) push({ push: 'pulse', heads: mailroom.heads(person) });
      }, pulseMs);
      socket.on('close', () => {
        clearInterval(pulse);
        stop?.();
      });
      // A frame that is too large: ws closes the connection by itself.
      socket.on('error', () => socket.close());
      socket.on('message', (data, isBinary) => {
        let re = 0;
        try {
          const parsed = parseRequest(isBinary ? '' : String(data));
          re = parsed.re;
          const { request } = parsed;
          if (request.op === 'hello') {
            const known = personOf(request.token);
            if (known === undefined) throw new RefusedError('not-signed-in');
            person = known;
            token = request.token;
            send({ re, ok: true, value: { person, packages: mailroom.packagesOf(person) } });
            stop?.();
            stop = mailroom.listen(person, push);
            return;
          }
          if (person === undefined) throw new RefusedError('not-signed-in');
          if (!isSignedIn()) return;
          send({ re, ok: true, value: answer(mailroom, person, request) ?? null });
        } catch (error) {
          if (!(error instanceof RefusedError)) throw error;
          send({ re, ok: false, code: error.code });
        }
      });
    },
  );
}

function answer(mailroom: Mailroom, person: string, request: Exclude<Request, { op: 'hello' }>): unknown {
  switch (request.op) {
    case 'publish':
      return mailroom.publish(person, request.packages);
    case 'claim':
      return mailroom.claim(request.person);
    case 'create':
      return mailroom.create(person, request.group);
    case 'send':
      return mailroom.send(person, request.group, request.id, request.bytes);
    case 'fetch':
      return mailroom.fetch(person, request.group, request.after);
    case 'keep-piece':
      return mailroom.keepPiece(person, request);
    case 'piece':
      return mailroom.piece(person, request);
    case 'invite': {
      const { group, seq, bytes } = request;
      return mailroom.invite(person, { group, seq, bytes, invited: request.person });
    }
    case 'expel':
      return mailroom.expel(person, request.group, request.person, request.seq);
    case 'chats':
      return mailroom.chats(person);
  }
}
