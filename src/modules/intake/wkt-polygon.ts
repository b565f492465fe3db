import { localized, type Localized, type Problem } from '../../kernel/index.ts';

export interface WktPolygon {
  /** Open rings, x0,y0,x1,y1,… in the order of the text. */
  readonly rings: readonly (readonly number[])[];
  readonly problems: readonly Pick<Problem, 'rule' | 'severity' | 'message' | 'remedy'>[];
}

/** Reads POLYGON and MULTIPOLYGON text, with Z or M (left out) and an SRID in front. Anything else is an error problem. */
export function parseWktPolygon(text: string): WktPolygon {
  const error = (rule: string, message: Localized): WktPolygon => ({
    rings: [],
    problems: [
      { rule, severity: 'error', message, remedy: localized('请写为 POLYGON((x y, …))', 'Write POLYGON((x y, …)).') },
    ],
  });
  const body = text.replace(/^\s*srid\s*=\s*\d+\s*;/i, '').trim();
  if (body === '') return error('geometry.missing', localized('没有图形', 'there is no geometry'));
  const head = /^([a-z]+)\s*(?:z|m|zm)?\s*(empty|[(])/i.exec(body);
  if (!head) return error('table.wkt-unreadable', localized('WKT 无法识别', 'the WKT cannot be read'));
  const type = head[1]!.toUpperCase().replace(/(POLYGON)(Z|M|ZM)$/, '$1');
  if (type !== 'POLYGON' && type !== 'MULTIPOLYGON')
    return error(
      'geometry.not-polygon',
      localized(`图形是 ${type},不是面`, `the geometry is a ${type}, not a polygon`),
    );
  if (/^empty$/i.test(head[2]!)) return error('geometry.missing', localized('图形为空', 'the geometry is empty'));
  let depth = 0;
  for (const character of body) {
    if (character === '(') depth++;
    else if (character === ')' && --depth < 0) break;
  }
  if (depth !== 0)
    return error(
      'table.wkt-unreadable',
      localized('WKT 括号不配对,可能被截断', 'the brackets of the WKT do not match; it may be cut off'),
    );
  const rings: number[][] = [];
  let unclosed = false;
  for (const match of body.matchAll(/\(([^()]+)\)/g)) {
    const ring: number[] = [];
    for (const vertex of match[1]!.split(',')) {
      const numbers = vertex.trim().split(/\s+/).map(Number);
      if (numbers.length < 2 || numbers.length > 4 || numbers.some((value) => !Number.isFinite(value))) {
        return error(
          'table.wkt-unreadable',
          localized(
            `WKT 坐标“${vertex.trim().slice(0, 30)}”无法识别`,
            `the WKT coordinate “${vertex.trim().slice(0, 30)}” cannot be read`,
          ),
        );
      }
      ring.push(numbers[0]!, numbers[1]!);
    }
    if (ring.length >= 4 && ring[0] === ring.at(-2) && ring[1] === ring.at(-1)) ring.length -= 2;
    else unclosed = true;
    rings.push(ring);
  }
  if (rings.length === 0)
    return error('table.wkt-unreadable', localized('WKT 中没有坐标', 'the WKT holds no coordinates'));
  return {
    rings,
    problems: unclosed
      ? [
          {
            rule: 'points.ring-unclosed',
            severity: 'warning',
            message: localized('环未闭合,已自动闭合', 'a ring is not closed; closed'),
          },
        ]
      : [],
  };
}
