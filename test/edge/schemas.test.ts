import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readGatewayConfig, readLedgerConfig, readRelayConfig, readWitnessConfig } from '../../edge/index.js';
import { scratch } from './fixture.js';

const parties = {
  relay: readRelayConfig,
  gateway: readGatewayConfig,
  ledger: readLedgerConfig,
  witness: readWitnessConfig,
} as const;
/** What may be left out. */
const OPTIONAL = ['ledger'];

/** The examples of docs/operate.md, each with the schema that it names. */
const examples = [...readFileSync('docs/operate.md', 'utf8').matchAll(/```json\n([\s\S]*?)```/g)].map(
  ([, text]) => {
    const example = JSON.parse(text!) as Record<string, unknown>;
    const party = /(\w+)\.schema/.exec(String(example['$schema']))![1] as keyof typeof parties;
    return { party, example };
  },
);

async function read(party: keyof typeof parties, value: unknown): Promise<unknown> {
  const file = join(scratch(), 'config.json');
  writeFileSync(file, JSON.stringify(value));
  return parties[party](file);
}

describe.each(examples)('The example of a $party', ({ party, example }) => {
  const schema = JSON.parse(readFileSync(`docs/${party}.schema.json`, 'utf8')) as {
    properties: object;
    required: string[];
  };

  it('is read, and has exactly the fields that the schema requires', async () => {
    await expect(read(party, example)).resolves.toBeDefined();
    expect(Object.keys(example).toSorted()).toEqual([...schema.required, '$schema'].toSorted());
    const always = Object.keys(schema.properties).filter((name) => !OPTIONAL.includes(name));
    expect(always.toSorted()).toEqual(Object.keys(example).toSorted());
  });

  it('is refused with any field missing, or one more', async () => {
    for (const field of schema.required) {
      const { [field]: _, ...rest } = example;
      await expect(read(party, rest), field).rejects.toMatchObject({ code: 'config-missing-field' });
    }
    await expect(read(party, { ...example, debug: true })).rejects.toMatchObject({
      code: 'config-unknown-field',
    });
  });
});
