/** Which server a command talks to, and what it has to prove. */
import { type AttestationPolicy, connect, type Session, type TrustRoots } from '../client/index.js';
import { RatlsAgent } from '../client/node/index.js';
import { oneOf } from './command.js';
import { CliError } from './error.js';
import { PROFILE_FILE, readProfile } from './profile.js';
import { note } from './terminal.js';

export const serverOptions = {
  url: { type: 'string' },
  direct: { type: 'boolean', default: false },
  measurement: { type: 'string', multiple: true },
  trust: { type: 'string' },
  profile: { type: 'string', default: PROFILE_FILE },
} as const;

export const serverHelp = `  --url URL          the server; the one that "sotto serve" runs from this folder by default
  --direct           over RA-TLS: verify the machine in the TLS handshake, too (URL is then https://host:port)
  --measurement HEX  accept this launch measurement (96 hexadecimal digits); may be repeated
  --trust sotto-simulated
                     also accept simulated evidence, which proves nothing (development only)
  --profile FILE     where "sotto serve" left its address (default ${PROFILE_FILE})`;

export interface ServerValues {
  readonly url?: string | undefined;
  readonly direct: boolean;
  readonly measurement?: readonly string[] | undefined;
  readonly trust?: string | undefined;
  readonly profile: string;
}

interface ServerChoice {
  readonly url: string;
  readonly policy: AttestationPolicy;
  readonly roots: TrustRoots;
}

/** @throws CliError `usage`, `no-server`, `profile-malformed` */
async function chooseServer(values: ServerValues): Promise<ServerChoice> {
  if (values.url === undefined) {
    const profile = await readProfile(values.profile);
    const { measurement, simulatedRoot } = profile;
    const url = values.direct ? profile.directUrl : profile.url;
    if (url === undefined) {
      throw new CliError('no-server', 'The server takes no direct connections: start it with --direct-port.');
    }
    const roots = simulatedRoot ? { simulated: simulatedRoot } : {};
    return { url, policy: { measurements: [measurementOf(measurement)] }, roots };
  }
  if (!values.measurement?.length) {
    throw new CliError(
      'usage',
      '--url needs --measurement: without one there is nothing to hold the server to.',
    );
  }
  const roots: TrustRoots =
    values.trust === undefined ? {} : { simulated: oneOf(values.trust, '--trust', ['sotto-simulated']) };
  return { url: values.url, policy: { measurements: values.measurement.map(measurementOf) }, roots };
}

function measurementOf(hex: string): Uint8Array {
  if (/^[0-9a-fA-F]{96}$/.test(hex)) return new Uint8Array(Buffer.from(hex, 'hex'));
  throw new CliError('usage', 'A launch measurement has 96 hexadecimal digits.');
}

/** A verified session with the chosen server. @throws ClientError, CliError */
export async function openSession(values: ServerValues, signal: AbortSignal): Promise<Session> {
  const choice = await chooseServer(values);
  if (!values.direct) return connect({ ...choice, signal });
  if (!choice.url.startsWith('https:')) {
    throw new CliError('usage', '--direct needs the address of an RA-TLS port: https://host:port.');
  }
  return connect({ ...choice, fetch: new RatlsAgent(choice).fetch, signal });
}

/** Says it, loudly, when evidence is simulated. */
export function warnIfSimulated({ verdict }: Session): void {
  if (!verdict.simulated) return;
  note(
    'WARNING: the evidence is SIMULATED. It proves nothing: whoever runs this server can read what you send.',
  );
}
