/** A ring as the standard writes it: X north, Y east. */
export type NorthEast = readonly (readonly [north: number, east: number])[];

export interface TextParcel {
  readonly number: string;
  readonly name: string;
  /** As the header writes it. */
  readonly area?: string;
  readonly ring: NorthEast;
}

/** A ministry boundary TXT, written by the test itself and not by the product. */
export function boundaryText(
  parcels: readonly TextParcel[],
  options: { readonly zone?: number; readonly close?: boolean; readonly eastFirst?: boolean } = {},
): string {
  const head = [
    '[属性描述]',
    '格式版本号=1.01版本',
    '坐标系=2000国家大地坐标系',
    '几度分带=3',
    '投影类型=高斯克吕格',
    '计量单位=米',
  ];
  if (options.zone !== undefined) head.push(`带号=${options.zone}`);
  head.push('精度=0.0001', '转换参数=,,,,,,', '[地块坐标]');
  const lines = parcels.flatMap(({ number, name, area, ring }) => {
    const points = options.close === false ? ring : [...ring, ring[0]!];
    return [
      `${points.length},${area ?? ''},${number},${name},面,,,,@`,
      ...points.map(([north, east], i) => {
        const pair = [north.toFixed(4), east.toFixed(4)];
        return `J${i === ring.length ? 1 : i + 1},1,${(options.eastFirst === true ? pair.toReversed() : pair).join(',')}`;
      }),
    ];
  });
  return `${[...head, ...lines].join('\r\n')}\r\n`;
}

/** A square with its south-west corner at north, east. */
export function square(north: number, east: number, side: number): NorthEast {
  return [
    [north, east],
    [north, east + side],
    [north + side, east + side],
    [north + side, east],
  ];
}
