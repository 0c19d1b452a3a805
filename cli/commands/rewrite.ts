import { ownDraft, TONES } from '../../client/index.js';
import { ask } from '../ask.js';
import { type Command, oneOf, parsed } from '../command.js';
import { readInput } from '../input.js';
import { serverHelp, serverOptions } from '../server-choice.js';

export const rewrite: Command = {
  name: 'rewrite',
  summary: 'write a message again in another tone',
  help: `sotto rewrite FILE --tone TONE [options]

Writes the text of a file again. FILE may be - for standard input.

  --tone TONE        ${TONES.join(', ')}
  --json             print one JSON document when the answer is complete
${serverHelp}`,
  async run(args) {
    const { values, positionals } = parsed({
      args: [...args],
      allowPositionals: true,
      options: { ...serverOptions, tone: { type: 'string' }, json: { type: 'boolean', default: false } },
    });
    const tone = oneOf(values.tone, '--tone', TONES);
    const text = (await readInput(positionals[0])).trim();
    return ask({
      task: 'rewrite',
      server: values,
      json: values.json,
      begin: (session, signal) => session.rewrite(ownDraft(text), { tone, signal }),
    });
  },
};
