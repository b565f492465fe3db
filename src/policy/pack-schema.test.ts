import { describe, expect, it } from 'vitest';
import { packJsonSchemaText } from './pack-schema.ts';

describe('pack schema', () => {
  it('for editors is made from the one the loader uses (renew with vitest -u)', async () => {
    await expect(packJsonSchemaText()).toMatchFileSnapshot('../../packs/pack.schema.json');
  });

  it('names the keys people misspell and forbids all others', () => {
    const schema = JSON.parse(packJsonSchemaText()) as {
      additionalProperties: boolean;
      properties: { checks: { items: { additionalProperties: boolean; required: string[] } } };
    };
    expect(schema.additionalProperties).toBe(false);
    expect(schema.properties.checks.items.additionalProperties).toBe(false);
    expect(schema.properties.checks.items.required).toContain('source');
  });
});
