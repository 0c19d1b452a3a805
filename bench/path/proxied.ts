/** What a plain reverse proxy uses up for the requests that a gateway has. */
import { Pool } from 'undici';
import { CHUNKED_REQUEST_TYPE, SESSION_TYPE } from '../../wire/index.js';
import { PartyProcess } from './parties.js';

/** What it is sent: an opening, and a sealed request, as a gateway would send them. */
const OPENING = {
  path: '/v1/sessions',
  headers: { 'content-type': SESSION_TYPE },
  body: Buffer.alloc(48, 1),
};
const ASKING = {
  path: `/v1/sessions/${'0'.repeat(32)}`,
  headers: { 'content-type': CHUNKED_REQUEST_TYPE },
  body: Buffer.alloc(2148, 1),
};

/** Microseconds of its processor time for an opening and a request, with so many on their way at a time. */
export async function measureReverseProxy(machine: string, pairs: number, atOnce: number): Promise<number> {
  const proxy = await PartyProcess.start('reverse-proxy', { machine });
  const pool = new Pool(proxy.url, { connections: atOnce, pipelining: 1 });
  const send = async (times: number, request: typeof OPENING) => {
    const one = async () => (await pool.request({ method: 'POST', ...request })).body.dump();
    await Promise.all(Array.from({ length: times }, one));
  };
  const both = async (times: number) => {
    await send(times, OPENING);
    await send(times, ASKING);
  };
  try {
    await both(Math.min(pairs, 250));
    const before = await proxy.usage();
    await both(pairs);
    const after = await proxy.usage();
    return (after.cpuUs - before.cpuUs) / pairs;
  } finally {
    await pool.close();
    await proxy.stop();
  }
}
