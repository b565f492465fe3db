import { describe, expect, it } from 'vitest';
import { guessRole } from './guess-role.ts';

describe('the role a file is probably meant for', () => {
  it('by its name: roles, aliases, survey codes, Chinese words', () => {
    const cases: Record<string, string> = {
      'parcels.fgb': 'parcels',
      'redline.geojson': 'redLine',
      'ugb.gpkg': 'growthBoundary',
      '450702_DLTB.shp': 'parcels',
      '钦南区永久基本农田2023.gpkg': 'basicFarmland',
      '生态保护红线.zip': 'redLine',
      'CZKFBJ.shp': 'growthBoundary',
      '村级调查区.shp': 'village',
      'plan.gpkg': 'project',
      '整治范围.txt': 'project',
    };
    for (const [name, role] of Object.entries(cases)) expect(guessRole(name, []), name).toBe(role);
  });

  it('else by fields, else not at all', () => {
    expect(guessRole('a.fgb', ['BSM', 'dlbm', 'ZLDWDM'])).toBe('parcels');
    expect(guessRole('a.fgb', ['PDJB'])).toBe('slope');
    expect(guessRole('a.gpkg', ['x'], 'DLTB')).toBe('parcels');
    expect(guessRole('a.fgb', ['x'])).toBeNull();
  });
});
