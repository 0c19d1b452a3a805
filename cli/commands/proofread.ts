import { ownDraft } from '../../client/index.js';
import { ask } from '../ask.js';
import { type Command, parsed } from '../command.js';
import { readInput } from '../input.js';
import { serverHelp, serverOptions } from '../server-choice.js';

export const proofread: Command = {
  name: 'proofread',
  summary: 'correct the spelling and grammar of a message',
  help: `sotto proofread FILE [options]

Corrects the text of a file. FILE may be - for standard input.

  --json             print one JSON document when the answer is complete
${serverHelp}`,
  async run(args) {
    const { values, positionals } = parsed({
      args: [...args],
      allowPositionals: true,
      options: { ...serverOptions, json: { type: 'boolean', default: false } },
    });
    const text = (await readInput(positionals[0])).trim();
    return ask({
      task: 'proofread',
      server: values,
      json: values.json,
      begin: (session, signal) => session.proofread(ownDraft(text), { signal }),
    });
  },
};
