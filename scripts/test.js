// npm test: sets up what the tests need, then build, type check, lint, format check and every test. Nothing is skipped
// silently: what is missing and cannot be installed fails the run by name. The last line is `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAll } from './build.js';
import { ensureInstalled, requireNode, run, runTool } from './tools.js';

const counts = { passed: 0, failed: 0, skipped: 0 };
const failures = [];

function finish() {
  for (const failure of failures) console.log(`FAILED ${failure}`);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
}

function count(name, isGood) {
  if (isGood) counts.passed++;
  else {
    counts.failed++;
    failures.push(name);
  }
  console.log(`${isGood ? 'ok  ' : 'FAIL'} ${name}`);
}

const hasProgram = (name) => (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, name)));

function hasPostgis() {
  const base = '/usr/lib/postgresql';
  const onDebian = existsSync(base)
    ? readdirSync(base).some(
        (version) => Number(version) >= 15 && existsSync(`/usr/share/postgresql/${version}/extension/postgis.control`),
      )
    : false;
  if (onDebian) return true;
  const asked = spawnSync('pg_config', ['--sharedir'], { encoding: 'utf8' });
  return asked.status === 0 && existsSync(join(asked.stdout.trim(), 'extension', 'postgis.control'));
}

const hasChinese = () => /\S/.test(spawnSync('fc-list', [':lang=zh', 'family'], { encoding: 'utf8' }).stdout ?? '');

const PREREQUISITES = [
  {
    name: 'PostgreSQL 15+ with PostGIS 3.3+',
    has: hasPostgis,
    debian: ['postgresql-15', 'postgresql-15-postgis-3'],
    elsewhere: 'macOS: brew install postgresql@17 postgis; others: https://postgis.net/documentation/getting_started/',
  },
  {
    name: 'Chromium',
    has: () => hasProgram('chromium') || hasProgram('chromium-browser') || hasProgram('google-chrome'),
    debian: ['chromium'],
    elsewhere: 'https://www.chromium.org/getting-involved/download-chromium/',
  },
  {
    name: 'Chinese fonts',
    has: hasChinese,
    debian: ['fonts-noto-cjk', 'fontconfig'],
    elsewhere: 'https://fonts.google.com/noto/specimen/Noto+Sans+SC',
  },
  {
    name: 'GDAL programs (ogr2ogr, ogrinfo)',
    has: () => hasProgram('ogr2ogr') && hasProgram('ogrinfo'),
    debian: ['gdal-bin'],
    elsewhere: 'macOS: brew install gdal; others: https://gdal.org/download.html',
  },
];

/** Installs by apt on Debian as root; elsewhere says what is missing and how to get it. */
async function ensurePrerequisites() {
  const missing = PREREQUISITES.filter((one) => !one.has());
  if (missing.length === 0) return true;
  const packages = missing.flatMap((one) => one.debian);
  if (hasProgram('apt-get') && process.getuid?.() === 0) {
    console.log(`Installing by apt: ${packages.join(' ')}`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-q'], { env });
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], { env });
  }
  const still = PREREQUISITES.filter((one) => !one.has());
  for (const one of still) {
    console.error(`MISSING ${one.name}. Debian: apt-get install ${one.debian.join(' ')} (as root). ${one.elsewhere}`);
  }
  return still.length === 0;
}

/** Every test by vitest; its JSON report gives the counts. */
async function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'tianchou-test-'));
  const reportPath = join(folder, 'report.json');
  const code = await runTool('vitest/vitest.mjs', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportPath}`,
    ...process.argv.slice(2),
  ]);
  if (!existsSync(reportPath)) {
    count('vitest ran', false);
    return;
  }
  const report = JSON.parse(readFileSync(reportPath, 'utf8'));
  rmSync(folder, { recursive: true, force: true });
  counts.passed += report.numPassedTests;
  counts.failed += report.numFailedTests;
  counts.skipped += report.numPendingTests + report.numTodoTests;
  let failed = report.numFailedTests;
  for (const file of report.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'failed') failures.push(`${file.name}: ${test.fullName}`);
      else if (test.status !== 'passed') console.log(`skipped ${file.name}: ${test.fullName}`);
    }
    // A file that failed outside its tests (it did not load, or setting up failed) counts as one failure.
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')) {
      count(`${file.name} ${file.message ?? ''}`.trim(), false);
      failed++;
    }
  }
  if (code !== 0 && failed === 0) count(`vitest ended with ${code} (an error outside the tests)`, false);
}

requireNode();
await ensureInstalled();
if (!(await ensurePrerequisites())) {
  count('prerequisites', false);
  finish();
}
count('prerequisites', true);
count('build', await buildAll());
for (const world of ['pure', 'server', 'web']) {
  count(`type check: ${world}`, (await runTool('typescript/bin/tsc', ['-p', `tsconfig.${world}.json`])) === 0);
}
const sources = ['src', 'tests', 'scripts', 'bench'];
count('lint', (await runTool('oxlint/bin/oxlint', ['--deny-warnings', ...sources])) === 0);
count('format', (await runTool('@biomejs/biome/bin/biome', ['format', ...sources])) === 0);
await runTests();
finish();
