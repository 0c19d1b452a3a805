import { writeFile } from 'node:fs/promises';
import { bytesToHex } from '@noble/hashes/utils.js';
import { encodeEntry } from '../../ledger/index.js';
import { createSigner } from '../../ledger/node/index.js';
import { toBase64 } from '../../wire/index.js';
import { type Command, parsed } from '../command.js';
import { CliError } from '../error.js';
import { appendEntry } from '../release/append.js';
import { find, manifestOf, readEntries } from '../release/entries.js';
import { entryRow } from '../release/listing.js';
import { logHelp, logOptions, logUrl } from '../release/log.js';
import { readManifestFile } from '../release/manifest-file.js';
import { readSignature, signedWith } from '../release/signature.js';
import { print, table } from '../terminal.js';

const signingOptions = {
  key: { type: 'string', multiple: true, default: [] as string[] },
  signature: { type: 'string', multiple: true, default: [] as string[] },
  log: { type: 'string' },
  bundle: { type: 'string' },
  out: { type: 'string' },
  profile: logOptions.profile,
} as const;

const signingHelp = `  --key FILE         sign with this private key; may be repeated
  --signature FILE   add a signature that "sotto release sign" made elsewhere; may be repeated
  --log URL          the log (default: the one that "sotto up" runs from this folder)
  --bundle FILE      keep the proof bundle
  --out FILE         write the signed entry to a file and send nothing
  --profile FILE     where "sotto up" left its addresses`;

export const releaseKey: Command = {
  name: 'release key',
  summary: 'make the private key of a maintainer, a gateway or an issuer',
  help: `sotto release key FILE

Makes an Ed25519 key in a file that must not exist, and prints its public half, as key sets name it.`,
  async run(args) {
    const { positionals } = parsed({ args: [...args], options: {}, allowPositionals: true });
    const file = only(positionals, 'Name one file.');
    const signer = await createSigner(file).catch((cause: unknown) => {
      throw new CliError('output-failed', `${file} cannot be made, or is there already.`, { cause });
    });
    print(bytesToHex(signer.publicKey));
    return 0;
  },
};

export const releaseSign: Command = {
  name: 'release sign',
  summary: 'sign a manifest for somebody else to publish',
  help: `sotto release sign FILE --key FILE

Prints one signature over the manifest in FILE. Whoever publishes it adds it with --signature.`,
  async run(args) {
    const { values, positionals } = parsed({
      args: [...args],
      options: { key: { type: 'string' } },
      allowPositionals: true,
    });
    const manifest = await readManifestFile(only(positionals, 'Name one manifest.'));
    if (values.key === undefined) throw new CliError('usage', 'Name your private key with --key.');
    const { key, signature } = await signedWith(values.key, manifest);
    print(JSON.stringify({ key, signature: toBase64(signature) }));
    return 0;
  },
};

export const releasePublish: Command = {
  name: 'release publish',
  summary: 'append a signed manifest to the log',
  help: `sotto release publish FILE [options]

Signs the manifest in FILE, appends it to the log and waits until the log's witnesses have seen it. FILE is a release as
"npm run image:measure" writes it, or any manifest of docs/manifest.schema.json: a new key set is published like this, too.

${signingHelp}`,
  async run(args) {
    const { values, positionals } = parsed({
      args: [...args],
      options: signingOptions,
      allowPositionals: true,
    });
    return publish(await readManifestFile(only(positionals, 'Name one manifest.')), values);
  },
};

export const releaseRevoke: Command = {
  name: 'release revoke',
  summary: 'take back what was published',
  help: `sotto release revoke ID --reason TEXT [options]

Appends the revocation of a manifest, which "sotto release list" shows with the beginning of its id. From then on clients
refuse it.

  --reason TEXT      for everybody to read
  --ledger FILE      what is accepted of the log, to find the manifest in
${signingHelp}`,
  async run(args) {
    const { values, positionals } = parsed({
      args: [...args],
      options: { ...signingOptions, reason: { type: 'string' }, ledger: logOptions.ledger },
      allowPositionals: true,
    });
    const { reason } = values;
    if (reason === undefined) throw new CliError('usage', 'Say why, with --reason.');
    const { entries } = await readEntries(values.log, values);
    const { entry } = find(entries, only(positionals, 'Name one manifest by its id.'));
    return publish({ type: 'revocation', critical: true, manifest: entry.id, reason }, values);
  },
};

export const releaseList: Command = {
  name: 'release list',
  summary: 'list what the log holds, verified',
  help: `sotto release list [LOG] [options]

Reads and verifies the whole log, at an address or in a folder, and lists its entries.

  --json             print a JSON document
${logHelp}`,
  async run(args) {
    const { values, positionals } = parsed({
      args: [...args],
      options: { ...logOptions, json: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const { entries, state } = await readEntries(positionals[0], values);
    const listed = entries.map(({ index, entry }) => ({
      index,
      id: entry.id,
      revoked: state.revoked.includes(entry.id),
      manifest: manifestOf(entry),
    }));
    print(values.json ? JSON.stringify(listed, null, 2) : table(entries.map((one) => entryRow(one, state))));
    return 0;
  },
};

export const releaseShow: Command = {
  name: 'release show',
  summary: 'show one manifest of the log, verified',
  help: `sotto release show WHICH [LOG] [options]

Prints a manifest, named by its place in the log, the beginning of its id, or the version of a release, and who signed it.

${logHelp}`,
  async run(args) {
    const { values, positionals } = parsed({ args: [...args], options: logOptions, allowPositionals: true });
    const [which, location] = positionals;
    if (which === undefined)
      throw new CliError('usage', 'Say which manifest: its place, its id or its version.');
    const { entries, state } = await readEntries(location, values);
    const { index, entry } = find(entries, which);
    const revoked = state.revoked.includes(entry.id);
    const signedBy = entry.signatures.map(({ key }) => key);
    print(JSON.stringify({ index, id: entry.id, revoked, signedBy, manifest: manifestOf(entry) }, null, 2));
    return 0;
  },
};

/** @throws CliError `usage`, `log-refused`; LedgerError */
async function publish(
  manifest: object,
  values: {
    readonly key: readonly string[];
    readonly signature: readonly string[];
    readonly log?: string | undefined;
    readonly bundle?: string | undefined;
    readonly out?: string | undefined;
    readonly profile: string;
  },
): Promise<number> {
  const signatures = [
    ...(await Promise.all(values.key.map((file) => signedWith(file, manifest)))),
    ...(await Promise.all(values.signature.map(readSignature))),
  ];
  if (signatures.length === 0) throw new CliError('usage', 'Nobody signs: name a private key with --key.');
  const entry = encodeEntry(manifest, signatures);
  if (values.out !== undefined) {
    await writeFile(values.out, entry);
    print(`The signed entry is in ${values.out}.`);
    return 0;
  }
  const { index, id, bundle } = await appendEntry(await logUrl(values.log, values.profile), entry);
  if (values.bundle !== undefined) await writeFile(values.bundle, bundle);
  print(`Entry ${index}: ${id}`);
  return 0;
}

function only(positionals: readonly string[], otherwise: string): string {
  const [one, ...more] = positionals;
  if (one !== undefined && more.length === 0) return one;
  throw new CliError('usage', otherwise);
}
