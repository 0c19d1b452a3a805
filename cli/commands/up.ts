import { untilStopped } from '../../edge/index.js';
import { type Command, parsed, wholeNumber } from '../command.js';
import { CliError } from '../error.js';
import { PROFILE_FILE, removeProfile, writeProfile } from '../profile.js';
import { note, print } from '../terminal.js';
import { TRACE_FILE, TraceFile } from '../up/trace-file.js';
import { type AppTokens, startWorld, type World } from '../up/world.js';
import { DEFAULT_PACK } from './model.js';

const FOLDER = '.sotto/up';

export const up: Command = {
  name: 'up',
  summary: 'run all parties on this machine: issuer, relay, gateway, two machines',
  help: `sotto up [options]

Runs a log with two witnesses, an issuer, a relay, a gateway and simulated confidential VMs until Ctrl-C. Other commands of this folder then go
through all of them, and "sotto trace" shows what each of them saw.

  --machines N       confidential VMs (default 2)
  --model FOLDER     the model pack (default ${DEFAULT_PACK})
  --profile FILE     where to leave the addresses for other commands (default ${PROFILE_FILE})
  --trace FILE       where to leave what the parties see (default ${TRACE_FILE})
  --app-keys FILE    also give tokens to users of an app, whose public keys (a JSON Web Key set) these are
  --app-issuer NAME  as that app calls itself in its tokens
  --log              print the parties' events as JSON lines to standard error`,
  async run(args) {
    const { values } = parsed({
      args: [...args],
      options: {
        machines: { type: 'string', default: '2' },
        model: { type: 'string', default: DEFAULT_PACK },
        profile: { type: 'string', default: PROFILE_FILE },
        trace: { type: 'string', default: TRACE_FILE },
        'app-keys': { type: 'string' },
        'app-issuer': { type: 'string' },
        log: { type: 'boolean', default: false },
      },
    });
    const machines = wholeNumber(values.machines, '--machines', 1, 16);
    const trace = new TraceFile(values.trace);
    note('Starting issuer, relay, gateway and machines …');
    const world = await startWorld({
      folder: FOLDER,
      packDir: values.model,
      machines,
      log: values.log,
      observe: (seen) => trace.add(seen),
      ...appTokens(values['app-keys'], values['app-issuer']),
    });
    note(
      'WARNING: the hardware is SIMULATED, and all parties are one. Nothing is protected; use it to try things out.',
    );
    await writeProfile(values.profile, world.profile);
    print(map(world));
    note(
      'In another shell: npx sotto summarize examples/chat.txt, then npx sotto trace     Stop with Ctrl-C.',
    );
    try {
      await untilStopped(world);
      return 0;
    } finally {
      await removeProfile(values.profile, world.profile);
    }
  },
};

function appTokens(
  keySetFile: string | undefined,
  issuer: string | undefined,
): { readonly appTokens?: AppTokens } {
  if (keySetFile !== undefined && issuer !== undefined) return { appTokens: { keySetFile, issuer } };
  if (keySetFile === undefined && issuer === undefined) return {};
  throw new CliError('usage', '--app-keys and --app-issuer go together.');
}

function map({ issuer, relay, gateway, ledger, machines }: World): string {
  return `
  you ──── account, blinded tokens ───▶ issuer   ${issuer.url}
   │
   └─ sealed twice ─▶ relay   ${relay.url}   knows your address
                        └─▶ gateway ${gateway.url}   knows that a token is good
${machines.map((url) => `                              └─▶ machine ${url}   opens the request`).join('\n')}

  log and two witnesses   ${ledger.url}   show everybody the same releases and keys
`;
}
