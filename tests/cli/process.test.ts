import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { boundaryText, square } from './boundary-text.ts';
import { useProgram } from './program.ts';

describe('the program', () => {
  const program = useProgram();

  it.each([
    [['area'], /^USAGE missing required argument 'file'/],
    [['area', 'x', '--nope'], /^USAGE unknown option '--nope'/],
    [['nope'], /^USAGE unknown command 'nope'/],
    [[], /^USAGE no command given/],
    [['overlay', '--parcels', 'x', '--out', 'y'], /^USAGE required option '--zones/],
    [['overlay', '--parcels', 'x', '--zones', 'a', '--out', 'y'], /^USAGE --zones a/],
    [
      ['analyse', '--parcels', 'x', '--zones', 'redline=a', 'redLine=b', '--project', 'p', '--pack', 'q', '--out', 'y'],
      /^USAGE .*redLine/,
    ],
    [['area', 'x', '--crs', 'WGS84'], /^USAGE --crs WGS84/],
    [['demo', '--parcels', '12', '--out', 'y'], /^USAGE --parcels/],
  ])('answers %j with one line of usage and exit code 2', async (args, line) => {
    const { code, out, err } = await program.call(args);
    expect(err).toMatch(line);
    expect([code, out, err.trimEnd().split('\n').length]).toEqual([2, '', 1]);
  });

  it('prints help and version on standard output', async () => {
    const help = await program.call(['--help']);
    expect([help.code, help.err]).toEqual([0, '']);
    for (const name of ['area', 'check', 'overlay', 'analyse', 'convert', 'pack', 'plan-template', 'demo', 'serve']) {
      expect(help.out).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'));
    }
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect((await program.run(['--version'])).out).toBe(`${version}\n`);
  });

  it.each([
    ['missing.gpkg', null, 'INTAKE_NOT_FOUND'],
    ['empty.geojson', '', 'INTAKE_EMPTY_FILE'],
    [
      'cut.geojson',
      '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geom',
      'INTAKE_TRUNCATED',
    ],
    ['noise.fgb', 'this is no such file', 'INTAKE_'],
  ])('refuses %s with exit code 2, never a stack', async (name, text, expected) => {
    if (text !== null) writeFileSync(program.path(name), text);
    for (const command of ['area', 'check']) {
      const { code, out, err } = await program.call([command, name, '--json']);
      expect([code, out]).toEqual([2, '']);
      expect(err.startsWith(expected)).toBe(true);
      expect(err).not.toMatch(/^\s+at /m);
      expect(err.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  it('refuses old datums whatever the command, and adds Chinese for Chinese users', async () => {
    writeFileSync(
      program.path('d.txt'),
      boundaryText([{ number: '1', name: '', ring: square(2428000, 36560000, 100) }], { zone: 36 }),
    );
    for (const crs of ['2384', 'EPSG:2424', '3857']) {
      const { code, out, err } = await program.call(['check', 'd.txt', '--crs', crs, '--json']);
      expect([code, out]).toEqual([2, '']);
      expect(err).toMatch(/^INTAKE_(DATUM_PARAMETERS_NEEDED|CRS_WEB_MERCATOR) d\.txt: [^\u4e00-\u9fff]*\n$/);
    }
    const chinese = await program.run(['check', 'd.txt', '--crs', '2384'], { env: { LANG: 'zh_CN.UTF-8' } });
    expect(chinese.err).toMatch(/^INTAKE_DATUM_PARAMETERS_NEEDED d\.txt: .* \/ .*七参数.*\n$/);
  });

  it('says the same as a process of its own', async () => {
    const [good, bad, usage] = await Promise.all([
      program.run(['area', 'd.txt', '--json']),
      program.run(['area', 'missing.gpkg']),
      program.run(['area', '--nope']),
    ]);
    const called = await program.call(['area', 'd.txt', '--json']);
    expect([good.code, good.err, good.out]).toEqual([0, '', called.out]);
    expect([bad.code, bad.out, bad.err]).toEqual([2, '', (await program.call(['area', 'missing.gpkg'])).err]);
    expect([usage.code, usage.out]).toEqual([2, '']);
  });

  it('turns a fault of its own into one line and 70; where it happened only on request', async () => {
    const broken = {
      out: () => {
        throw new TypeError('something\nbroke');
      },
    };
    const fault = await program.call(['pack', 'list'], broken);
    expect([fault.code, fault.err]).toEqual([70, 'INTERNAL-FAULT TypeError: something broke\n']);
    process.env['TIANCHOU_DEBUG'] = '1';
    try {
      expect((await program.call(['pack', 'list'], broken)).err).toMatch(/^INTERNAL-FAULT .*\n[^]*\n\s+at /);
    } finally {
      delete process.env['TIANCHOU_DEBUG'];
    }
  });

  it('stops between two phases once asked to, with 130', async () => {
    const stopped = await program.call(['overlay', '--parcels', 'd.txt', '--zones', 'z=d.txt', '--out', 'never.csv'], {
      isCancelled: () => true,
    });
    expect([stopped.code, stopped.err]).toEqual([130, 'CANCELLED stopped by the user\n']);
    expect(readdirSync(program.folder).filter((name) => name.includes('never'))).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with 130 on %s in the middle of the work and leaves nothing half written',
    async (signal) => {
      const out = `stopped-${signal}`;
      const begun = Date.now();
      const { code, err } = await program.run(['demo', '--parcels', '60000', '--out', out], {
        kill: { signal, when: () => readdirSync(program.folder).includes(out) },
      });
      expect(code).toBe(130);
      expect(err).toMatch(/^CANCELLED /m);
      expect(Date.now() - begun).toBeLessThan(30_000);
      expect(readdirSync(program.path(out))).toEqual([]);
    },
  );

  it('survives a reader that has read enough, and gives large outputs whole to one that has not', async () => {
    const parcels = Array.from({ length: 3000 }, (_, i) => ({
      number: `n${i}`,
      name: '',
      ring: square(2428000 + 200 * i, 36560000, 100),
    }));
    writeFileSync(program.path('many.txt'), boundaryText(parcels, { zone: 36 }));
    const whole = await program.run(['area', 'many.txt', '--json']);
    expect(JSON.parse(whole.out)).toHaveLength(3000);
    const main = `${program.folder}/../dist/cli/main.js`;
    const shell = spawn(
      'bash',
      ['-c', `"${process.execPath}" "${main}" area many.txt --json | head -c 10; echo "\${PIPESTATUS[0]}" >&2`],
      { cwd: program.folder },
    );
    let err = '';
    shell.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    await new Promise((resolve) => shell.on('close', resolve));
    expect(err.trim()).toBe('0');
  });
});
