import {
  auditLog,
  canonicalJson,
  compareViews,
  type Entry,
  formatVerifierKey,
  verifyCheckpoint,
} from '../../ledger/index.js';
import { type Command, parsed } from '../command.js';
import { CliError } from '../error.js';
import { manifestOf } from '../release/entries.js';
import { chooseLog, logHelp, logOptions, viewOf } from '../release/log.js';
import { readManifestFile } from '../release/manifest-file.js';
import { print } from '../terminal.js';

export const audit: Command = {
  name: 'audit',
  summary: 'read the whole log and check everything in it',
  help: `sotto audit [LOG] [options]

Downloads a log from its address, or reads a copy in a folder, and checks every tile, every entry's signatures, the tree,
what the checkpoint says of revocations, and the witnesses' signatures. Prints a report; the exit code is 0 when all holds.

  --compare OTHER    another view of the same log, an address or a folder: are they one?
  --measured FILE    what you measured of an image that you built: is it what the log says of that version?
  --json             print the report as a JSON document
${logHelp}`,
  async run(args) {
    const { values, positionals } = parsed({
      args: [...args],
      options: {
        ...logOptions,
        compare: { type: 'string' },
        measured: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
    if (positionals.length > 1) throw new CliError('usage', 'Audit one log at a time.');
    const { location, view, policy } = await chooseLog(positionals[0], values);
    const releases: Entry[] = [];
    const started = performance.now();
    const checkpoint = await view.checkpoint();
    // Before anything else: whoever shows two trees need not show a whole one.
    if (values.compare !== undefined) {
      const other = viewOf(values.compare);
      const ours = await verifyCheckpoint(checkpoint, policy.log, policy.witnesses);
      const theirs = await verifyCheckpoint(await other.checkpoint(), policy.log, policy.witnesses);
      await compareViews(ours, theirs, { ofOne: view.tile, ofOther: other.tile });
    }
    const report = await auditLog({
      checkpoint,
      tile: view.tile,
      policy,
      now: Date.now() / 1000,
      entry: (entry) => {
        if (entry.manifest.type === 'release') releases.push(entry);
      },
    });
    if (values.measured !== undefined) requireMeasured(await readManifestFile(values.measured), releases);
    const { size, cosigned, origin } = report.checkpoint;
    if (values.json) {
      const witnesses = cosigned.map(({ witness, time }) => ({ witness: formatVerifierKey(witness), time }));
      const { tiles, entries, state } = report;
      print(JSON.stringify({ origin, size, tiles, entries, revoked: state.revoked, witnesses }, null, 2));
      return 0;
    }
    const kinds = Object.entries(report.entries).map(([type, count]) => `${count} ${type}`);
    print(`  log        ${origin}, ${location}`);
    print(
      `  tree       ${size} entries and ${report.tiles} tiles of hashes give the root that the log signed`,
    );
    print(
      `  entries    ${kinds.join(', ')}; all signatures are good, ${report.state.revoked.length} revoked`,
    );
    for (const { witness, time } of cosigned) {
      print(`  witness    ${witness.name} saw it at ${new Date(time * 1000).toISOString()}`);
    }
    if (values.compare !== undefined) print(`  compared   ${values.compare} shows the same log`);
    if (values.measured !== undefined) print('  measured   your image is the one of the log');
    print(`verified in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return 0;
  },
};

/** Everything but the times, which nobody measures. @throws CliError `release-unknown`, `release-differs` */
function requireMeasured(measured: object, releases: readonly Entry[]): void {
  const { version } = measured as { readonly version?: unknown };
  const same = releases.filter(({ manifest }) => manifest.type === 'release' && manifest.version === version);
  if (same.length === 0) throw new CliError('release-unknown', 'The log has no release of this version.');
  const wanted = timeless(measured);
  if (same.some((entry) => timeless(manifestOf(entry)) === wanted)) return;
  throw new CliError(
    'release-differs',
    'The log says something else of this version than you measured. Report it.',
  );
}

function timeless(manifest: object): string {
  const { notBefore: _b, notAfter: _a, ...rest } = manifest as Record<string, unknown>;
  return canonicalJson(rest);
}
