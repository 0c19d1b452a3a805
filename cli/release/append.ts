/** Bringing an entry to a log, and waiting until its witnesses have seen it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../error.js';

export interface AppendedEntry {
  readonly index: number;
  readonly id: string;
  /** The proof bundle. */
  readonly bundle: Uint8Array;
}

const PATIENCE_MS = 30_000;
const PAUSE_MS = 100;

/** @throws CliError `log-refused` */
export async function appendEntry(url: string, entry: Uint8Array): Promise<AppendedEntry> {
  const { index, id } = (await answered(
    ask(`${url}/v1/entries`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: entry as Uint8Array<ArrayBuffer>,
    }),
  ).then((response) => response.json())) as { index: number; id: string };
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const response = await ask(`${url}/v1/bundles/${id}`);
    if (response.ok || response.status !== 503 || Date.now() > deadline) {
      return { index, id, bundle: new Uint8Array(await (await answered(response)).arrayBuffer()) };
    }
    await sleep(PAUSE_MS);
  }
}

async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, { redirect: 'error', ...init });
  } catch (cause) {
    throw new CliError('log-refused', 'The log cannot be reached.', { cause });
  }
}

async function answered(asked: Response | Promise<Response>): Promise<Response> {
  const response = await asked;
  if (response.ok) return response;
  const problem = Object(await response.json().catch(() => ({}))) as { code?: string; detail?: string };
  const code = problem.detail ?? problem.code ?? `HTTP ${response.status}`;
  throw new CliError(
    'log-refused',
    `The log refused the entry (${/^[\w -]{1,64}$/.test(code) ? code : 'unknown'}).`,
  );
}
