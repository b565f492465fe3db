import type { Random } from '../kernel/index.ts';
import type { RandomField } from './random-field.ts';
import type { Settlement } from './sites.ts';

/** A village of the demo county. */
export interface DemoVillage {
  readonly code: string;
  readonly name: string;
  readonly townshipCode: string;
  readonly townshipName: string;
  readonly east: number;
  readonly north: number;
}

/** The county of the demo does not exist: no division of this country begins with 99. */
export const DEMO_COUNTY = { code: '990101', name: '田畴示范县', nameEn: 'Tianchou demo county' } as const;

const FIRST = [
  '上',
  '下',
  '新',
  '老',
  '大',
  '小',
  '东',
  '西',
  '南',
  '北',
  '石',
  '沙',
  '清',
  '白',
  '龙',
  '凤',
  '长',
  '平',
  '三',
  '双',
];
const SECOND = ['塘', '岭', '坡', '湾', '田', '桥', '江', '垌', '竹', '兰', '梅', '樟', '泉', '陂', '洞', '营'];
const TOWNSHIPS = [
  '稻香镇',
  '清河镇',
  '竹岭乡',
  '石桥镇',
  '龙塘乡',
  '白沙镇',
  '松坡乡',
  '长垌镇',
  '双泉镇',
  '梅江乡',
  '凤岭镇',
  '平湖乡',
];

/** Villages on a shaken grid of about `spacingMetres`, gathered to townships of about ten. */
export function placeVillages(halfExtentMetres: number, spacingMetres: number, random: Random): DemoVillage[] {
  const seats: [number, number][] = [];
  const n = Math.max(2, Math.round((2 * halfExtentMetres) / spacingMetres));
  const step = (2 * halfExtentMetres) / n;
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      seats.push([
        -halfExtentMetres + (column + 0.5 + 0.5 * (random.next() - 0.5)) * step,
        -halfExtentMetres + (row + 0.5 + 0.5 * (random.next() - 0.5)) * step,
      ]);
    }
  }
  const blocks = Math.max(1, Math.round(n / 3));
  const villagesOfTownship = new Map<number, number>();
  return seats.map(([east, north], i) => {
    const column = Math.min(blocks - 1, Math.floor(((i % n) / n) * blocks));
    const row = Math.min(blocks - 1, Math.floor((Math.floor(i / n) / n) * blocks));
    const township = row * blocks + column;
    const number = (villagesOfTownship.get(township) ?? 0) + 1;
    villagesOfTownship.set(township, number);
    const townshipCode = `${DEMO_COUNTY.code}${String(101 + township)}`;
    const round = Math.floor(township / TOWNSHIPS.length);
    return {
      code: `${townshipCode}${String(200 + number)}`,
      name: `${FIRST[(i * 7) % FIRST.length]!}${SECOND[(i * 11 + Math.floor(i / 16)) % SECOND.length]!}村`,
      townshipCode,
      townshipName: `${round > 0 ? FIRST[round % FIRST.length]! : ''}${TOWNSHIPS[township % TOWNSHIPS.length]!}`,
      east,
      north,
    };
  });
}

/** Hamlets around village seats, towns at the first village of each township; only where the land is low enough. */
export function placeSettlements(
  villages: readonly DemoVillage[],
  elevation: RandomField,
  random: Random,
): Settlement[] {
  const settlements: Settlement[] = [];
  const seen = new Set<string>();
  for (const village of villages) {
    const isTown = !seen.has(village.townshipCode);
    seen.add(village.townshipCode);
    if (isTown) settlements.push({ east: village.east, north: village.north, radiusMetres: 340, isTown: true });
    const hamlets = 1 + Math.floor(random.next() * 3);
    for (let h = 0; h < hamlets; h++) {
      const angle = random.next() * 2 * Math.PI;
      const distance = 520 + 330 * random.next();
      const east = village.east + distance * Math.cos(angle);
      const north = village.north + distance * Math.sin(angle);
      if (elevation(east, north) > 1.1) continue;
      settlements.push({ east, north, radiusMetres: 80 + 90 * random.next(), isTown: false });
    }
  }
  return settlements;
}
