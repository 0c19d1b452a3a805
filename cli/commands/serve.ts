import { availableParallelism } from 'node:os';
import { simulatedMeasurement } from '../../attestation/index.js';
import { configfsTsm, simulatedTsm } from '../../attestation/tsm/index.js';
import {
  DEFAULT_LIMITS,
  jsonLog,
  type ServerOptions,
  startServer,
  untilStopped,
  VERSION,
} from '../../server/index.js';
import { type Command, oneOf, parsed, wholeNumber } from '../command.js';
import { PROFILE_FILE, type Profile, removeProfile, writeProfile } from '../profile.js';
import { note, print } from '../terminal.js';
import { DEFAULT_PACK } from './model.js';

const PORT = 8787;
const DIRECT_PORT = 8788;
/** More threads than that make a small model slower. */
const MOST_THREADS = 8;

export const serve: Command = {
  name: 'serve',
  summary: 'run the server on this machine',
  help: `sotto serve [options]

Runs the server until Ctrl-C. On a machine that is no confidential VM its hardware is simulated: everything works and
nothing is protected.

  --port PORT        default ${PORT}; 0 for any that is free
  --direct           also take direct RA-TLS connections, on port ${DIRECT_PORT}
  --direct-port PORT the same on another port; 0 for any that is free
  --host HOST        default 127.0.0.1
  --model FOLDER     the model pack (default ${DEFAULT_PACK})
  --tsm TSM          simulated (default), or configfs: the kernel's, inside a confidential VM
  --threads N        that compute (default: one a core, ${MOST_THREADS} at most)
  --backend NAME     ffi (default), or package: slower, for platforms that ffi does not run on
  --ledger URL       show proofs of this log that the release is in it
  --profile FILE     where to leave the address for other commands (default ${PROFILE_FILE})
  --log              print the server's events as JSON lines to standard error`,
  async run(args) {
    const { values } = parsed({
      args: [...args],
      options: {
        port: { type: 'string', default: String(PORT) },
        direct: { type: 'boolean', default: false },
        'direct-port': { type: 'string' },
        host: { type: 'string', default: '127.0.0.1' },
        model: { type: 'string', default: DEFAULT_PACK },
        tsm: { type: 'string', default: 'simulated' },
        threads: { type: 'string', default: String(Math.min(availableParallelism(), MOST_THREADS)) },
        backend: { type: 'string', default: 'ffi' },
        profile: { type: 'string', default: PROFILE_FILE },
        ledger: { type: 'string' },
        log: { type: 'boolean', default: false },
      },
    });
    const simulated = oneOf(values.tsm, '--tsm', ['simulated', 'configfs']) === 'simulated';
    let measurement: Uint8Array | undefined;
    const tsm: ServerOptions['tsm'] = async ({ version, model }) => {
      if (!simulated) return configfsTsm();
      measurement = simulatedMeasurement([new TextEncoder().encode(`sotto ${version}`), model.digest]);
      return simulatedTsm({ measurement });
    };
    const directPort = values['direct-port'] ?? (values.direct ? String(DIRECT_PORT) : undefined);
    const options: ServerOptions = {
      host: values.host,
      port: wholeNumber(values.port, '--port', 0, 65_535),
      ...(directPort === undefined
        ? {}
        : { direct: { port: wholeNumber(directPort, '--direct-port', 0, 65_535) } }),
      packDir: values.model,
      backend: oneOf(values.backend, '--backend', ['ffi', 'package']),
      threads: wholeNumber(values.threads, '--threads', 1, 256),
      tsm,
      ledger: values.ledger,
      limits: DEFAULT_LIMITS,
      log: values.log ? jsonLog() : () => undefined,
    };
    note(`Sotto ${VERSION}: loading the model …`);
    const server = await startServer(options);
    const { name, bits } = server.release.model;
    note(`${name}, ${bits} bits, ${options.threads} threads`);
    let profile: Profile | undefined;
    if (measurement) {
      note('WARNING: the hardware is SIMULATED. This server protects nothing; use it to try things out.');
      const hex = Buffer.from(measurement).toString('hex');
      profile = {
        url: server.url,
        ...(server.directUrl === undefined ? {} : { directUrl: server.directUrl }),
        measurement: hex,
        simulatedRoot: 'sotto-simulated',
      };
      await writeProfile(values.profile, profile);
    }
    print(`Listening on ${server.url}`);
    if (server.directUrl) print(`Listening with RA-TLS on ${server.directUrl}`);
    // Only a person has another shell.
    if (process.stdout.isTTY)
      note('In another shell: npx sotto summarize examples/chat.txt     Stop with Ctrl-C.');
    try {
      return await untilStopped(server);
    } finally {
      if (profile) await removeProfile(values.profile, profile);
    }
  },
};
