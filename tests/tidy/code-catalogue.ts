import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'vite';
import { DEFECT_RULES } from '../../src/geometry/index.ts';
import type { Localized, Severity } from '../../src/kernel/index.ts';
import { QUALITY_RULES } from '../../src/modules/quality/index.ts';
import { ROOT, SOURCES, worldOf } from './source.ts';

/** A refusal code (`INTAKE_ZIP_EMPTY`) or the id of a rule (`geometry.spike`) with every text the source gives for it. */
export interface CatalogueEntry {
  readonly id: string;
  readonly kind: 'code' | 'rule';
  readonly severity: Severity | null;
  readonly meanings: readonly Localized[];
  readonly remedies: readonly Localized[];
  /** `src/…/file.ts:12`, the places that use it. */
  readonly places: readonly string[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

const CODE = /^[A-Z][A-Z0-9]*(?:[-_][A-Z0-9]+)*$/;
const RULE = /^[a-z]+\.[a-z][a-z0-9-]*$/;
const CHINESE = /[\u4e00-\u9fff]/;
/** Words of the file name, field name or language that look like a code and are none. */
const NO_CODE = /^(?:UTF-8|[A-Z]{2,}[A-Z0-9]*|[A-Z])$/;
/** Single words that are codes all the same. */
const ONE_WORD_CODES = new Set(['USAGE', 'CANCELLED']);

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

function childrenOf(node: Node): Node[] {
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'parent' ? [] : Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  );
}

/** A syntax tree with the initial values of the names declared in it. */
interface Tree {
  readonly path: string;
  readonly program: Node;
  readonly text: string;
  readonly values: ReadonlyMap<string, readonly Node[]>;
  readonly functions: ReadonlyMap<string, Node>;
}

/** What files may use of one another: values by name, functions by folder and name. */
interface Shared {
  readonly values: ReadonlyMap<string, Node>;
  readonly functions: ReadonlyMap<string, Node>;
}

function treeOf(path: string, text: string): Tree {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]!.message}`);
  const values = new Map<string, Node[]>();
  const functions = new Map<string, Node>();
  const visit = (node: Node): void => {
    if (node.type === 'FunctionDeclaration' && isNode(node['id'])) functions.set(node['id']['name'] as string, node);
    if (
      node.type === 'VariableDeclarator' &&
      isNode(node['id']) &&
      node['id'].type === 'Identifier' &&
      isNode(node['init'])
    ) {
      const name = node['id']['name'] as string;
      values.set(name, [...(values.get(name) ?? []), node['init']]);
      if (node['init'].type === 'ArrowFunctionExpression') functions.set(name, node['init']);
    }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(program as unknown as Node);
  return { path, program: program as unknown as Node, text, values, functions };
}

/** Reads texts out of expressions: what varies from case to case becomes `…`. */
class TextReader {
  readonly #tree: Tree;
  readonly #shared: Shared;

  constructor(tree: Tree, shared: Shared) {
    this.#tree = tree;
    this.#shared = shared;
  }

  #valueOf(name: string, before: number): Node | undefined {
    const local = this.#tree.values.get(name);
    return local?.findLast((node) => node.start < before) ?? local?.[0] ?? this.#shared.values.get(name);
  }

  /** The text of a string expression, or undefined for anything else. */
  string(node: Node): string | undefined {
    switch (node.type) {
      case 'Literal':
        return typeof node['value'] === 'string' ? node['value'] : undefined;
      case 'TemplateLiteral':
        return (node['quasis'] as { value: { cooked: string } }[]).map((part) => part.value.cooked).join('…');
      case 'BinaryExpression': {
        const [left, right] = [this.string(node['left'] as Node), this.string(node['right'] as Node)];
        return left === undefined && right === undefined ? undefined : `${left ?? '…'}${right ?? '…'}`;
      }
      case 'Identifier':
        // Handed on from a caller: a text, but not one to be read here.
        return /^(?:zh|en)$|(?:Zh|En)$/.test(node['name'] as string) ? '…' : undefined;
      default:
        return undefined;
    }
  }

  /** The texts of an expression, Chinese and English side by side; several where it chooses between them. */
  pairs(node: Node, depth = 0): Localized[] {
    if (depth > 6) return [];
    switch (node.type) {
      case 'CallExpression':
        return calleeOf(node) === 'localized' ? this.#sideBySide(node['arguments'] as Node[]) : [];
      case 'ArrayExpression':
        return this.#flat((node['elements'] as Node[]).filter(isNode));
      case 'ObjectExpression': {
        const [zh, en] = ['zh', 'en'].map((key) => {
          const value = propertyOf(node, key);
          return value === undefined ? undefined : this.string(value);
        });
        return zh === undefined || en === undefined ? [] : [{ zh, en }];
      }
      case 'ConditionalExpression':
        return [
          ...this.pairs(node['consequent'] as Node, depth + 1),
          ...this.pairs(node['alternate'] as Node, depth + 1),
        ];
      case 'LogicalExpression':
        return [...this.pairs(node['left'] as Node, depth + 1), ...this.pairs(node['right'] as Node, depth + 1)];
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSNonNullExpression':
      case 'ParenthesizedExpression':
        return this.pairs(node['expression'] as Node, depth + 1);
      case 'Identifier': {
        const value = this.#valueOf(node['name'] as string, node.start);
        return value === undefined ? [] : this.pairs(value, depth + 1);
      }
      default:
        return [];
    }
  }

  #sideBySide(nodes: readonly Node[]): Localized[] {
    const [zh, en] = nodes.slice(0, 2).map((node) => this.#choice(node) ?? '…');
    return zh === undefined || en === undefined || (zh === '…' && en === '…') ? [] : [{ zh, en }];
  }

  #spread(node: Node): Node[] {
    if (node.type !== 'SpreadElement') return [node];
    let value = node['argument'] as Node | undefined;
    for (let i = 0; i < 4 && value !== undefined; i++) {
      if (value.type === 'Identifier') value = this.#valueOf(value['name'] as string, value.start);
      else if (value.type === 'TSAsExpression') value = value['expression'] as Node;
    }
    return value?.type === 'ArrayExpression' ? (value['elements'] as Node[]).filter(isNode) : [];
  }

  /** Pairs among the arguments of a call: Chinese and English strings one behind the other, or pairs of their own. */
  #flat(nodes: readonly Node[]): Localized[] {
    return this.groups(nodes).flat();
  }

  /** The same, one group an argument (or two): message first, remedy second. */
  groups(nodes: readonly Node[]): Localized[][] {
    const groups: Localized[][] = [];
    let zh: string | undefined;
    for (const node of nodes.flatMap((each) => this.#spread(each))) {
      const text = this.#choice(node);
      if (text !== undefined && zh === undefined) zh = CHINESE.test(text) || text === '…' ? text : undefined;
      else if (text !== undefined && zh !== undefined) {
        groups.push([{ zh, en: text }]);
        zh = undefined;
      } else if (text === undefined) {
        const found = this.pairs(node);
        if (found.length > 0) groups.push(found);
      }
    }
    return groups;
  }

  /** A string argument; of a choice between two strings both, divided by a slash. */
  #choice(node: Node): string | undefined {
    if (node.type !== 'ConditionalExpression') return this.string(node);
    const [yes, no] = [this.string(node['consequent'] as Node), this.string(node['alternate'] as Node)];
    return yes === undefined || no === undefined ? undefined : `${yes} / ${no}`;
  }
}

function propertyOf(object: Node, name: string): Node | undefined {
  const property = (object['properties'] as Node[]).find((each) => each.type === 'Property' && keyOf(each) === name);
  return property?.['value'] as Node | undefined;
}

function keyOf(property: Node): string | undefined {
  const key = property['key'] as Node;
  return (key['name'] ?? key['value']) as string | undefined;
}

interface Found {
  readonly id: string;
  readonly severity: Severity | null;
  readonly meanings: readonly Localized[];
  readonly remedies: readonly Localized[];
  readonly place: string;
}

const isSeverity = (text: unknown): text is Severity => text === 'error' || text === 'warning' || text === 'note';

/** Every code and rule id a file uses, with the texts beside it. */
function* idsOf(tree: Tree, shared: Shared): Iterable<Found> {
  const reader = new TextReader(tree, shared);
  const found: Found[] = [];
  const visit = (node: Node, above: readonly Node[]): void => {
    if (node.type === 'Literal' && typeof node['value'] === 'string') {
      const one = entryOf(node, node['value'], above);
      if (one !== undefined) found.push(one);
    }
    for (const child of childrenOf(node)) visit(child, [node, ...above]);
  };
  const entryOf = (node: Node, id: string, above: readonly Node[]): Found | undefined => {
    const isCode = CODE.test(id) && (ONE_WORD_CODES.has(id) || !NO_CODE.test(id));
    if (!isCode && !RULE.test(id)) return undefined;
    let at = 0;
    let inner = node;
    while (above[at]?.type === 'ConditionalExpression' && above[at]!['test'] !== inner) inner = above[at++]!;
    const parent = above[at];
    const place = `${tree.path}:${tree.text.slice(0, node.start).split('\n').length}`;
    if (parent?.type === 'Property' && parent['value'] === inner && above[at + 1]?.type === 'ObjectExpression') {
      const object = above[at + 1]!;
      if (keyOf(parent) !== (isCode ? 'code' : 'rule')) return undefined;
      const severity = propertyOf(object, 'severity');
      const text = (name: string): Localized[] => {
        const value = propertyOf(object, name);
        return value === undefined ? [] : reader.pairs(branchOf(tree, value, inner, node));
      };
      return {
        id,
        severity: severity?.type === 'Literal' && isSeverity(severity['value']) ? severity['value'] : null,
        meanings: text('message'),
        remedies: text('remedy'),
        place,
      };
    }
    if (parent?.type === 'CallExpression' && parent['callee'] !== inner) {
      const rest = (parent['arguments'] as Node[]).filter((argument) => argument !== inner);
      const [meanings, ...remedies] = reader.groups(rest);
      const inside = textsOfHelper(parent, (parent['arguments'] as Node[]).indexOf(inner));
      // A call without texts beside it or inside (a look-up, a translation) names no problem.
      if (meanings === undefined && inside === undefined)
        return isCode && isRefusing(parent) ? { id, severity: null, meanings: [], remedies: [], place } : undefined;
      return {
        id,
        severity: severityOf(parent, rest) ?? severityOfHelper(parent),
        meanings: meanings ?? inside!.meanings,
        remedies: remedies.length > 0 ? remedies.flat() : (inside?.remedies ?? []),
        place,
      };
    }
    return undefined;
  };
  /** Texts the called function of this file adds of its own: those beside its parameter, and defaults of parameters. */
  const textsOfHelper = (
    call: Node,
    position: number,
  ): { meanings: Localized[]; remedies: Localized[] } | undefined => {
    const helper =
      tree.functions.get(calleeOf(call)) ?? shared.functions.get(`${folderOf(tree.path)}/${calleeOf(call)}`);
    if (helper === undefined) return undefined;
    const parameters = helper['params'] as Node[];
    const name = parameters[position]?.['name'];
    // The helper's own parameters are what the call says; a name of the file that reads the same is another one.
    const isParameter = (value: Node): boolean =>
      value.type === 'Identifier' &&
      parameters.some((one) => ((one['left'] as Node | undefined) ?? one)['name'] === value['name']);
    const meanings: Localized[] = [];
    const remedies = parameters.flatMap((parameter) =>
      parameter.type === 'AssignmentPattern' ? reader.pairs(parameter['right'] as Node) : [],
    );
    const look = (node: Node): void => {
      if (node.type === 'ObjectExpression') {
        const code = propertyOf(node, 'code') ?? propertyOf(node, 'rule');
        if (code?.type === 'Identifier' && code['name'] === name) {
          const [message, remedy] = [propertyOf(node, 'message'), propertyOf(node, 'remedy')];
          if (message !== undefined && !isParameter(message)) meanings.push(...reader.pairs(message));
          if (remedy !== undefined && !isParameter(remedy)) remedies.push(...reader.pairs(remedy));
        }
      }
      for (const child of childrenOf(node)) look(child);
    };
    look(helper['body'] as Node);
    return meanings.length === 0 && remedies.length === 0 ? undefined : { meanings, remedies };
  };
  const severityOfHelper = (call: Node): Severity | null => {
    const helper =
      tree.functions.get(calleeOf(call)) ?? shared.functions.get(`${folderOf(tree.path)}/${calleeOf(call)}`);
    let severity: Severity | null = null;
    const look = (node: Node): void => {
      if (node.type === 'Property' && keyOf(node) === 'severity') {
        const text = reader.string(node['value'] as Node);
        if (isSeverity(text)) severity ??= text;
      }
      for (const child of childrenOf(node)) look(child);
    };
    if (helper !== undefined) look(helper);
    return severity;
  };
  visit(tree.program, []);
  yield* found;
}

/** Of a choice made by the same question as the choice of the id, the branch that belongs to it. */
function branchOf(tree: Tree, value: Node, idExpression: Node, idLiteral: Node): Node {
  if (value.type !== 'ConditionalExpression' || idExpression.type !== 'ConditionalExpression') return value;
  const question = (node: Node): string => {
    const test = node['test'] as Node & { readonly end: number };
    return tree.text.slice(test.start, test.end);
  };
  if (question(value) !== question(idExpression)) return value;
  return (idExpression['consequent'] === idLiteral ? value['consequent'] : value['alternate']) as Node;
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

const isRefusing = (call: Node): boolean => /refus/i.test(calleeOf(call));

function calleeOf(call: Node): string {
  const callee = call['callee'] as Node;
  return ((callee['name'] ?? (callee['property'] as Node | undefined)?.['name']) as string | undefined) ?? '';
}

function severityOf(call: Node, rest: readonly Node[]): Severity | null {
  if (isSeverity(calleeOf(call))) return calleeOf(call) as Severity;
  for (const argument of rest) {
    if (argument.type === 'Literal' && isSeverity(argument['value'])) return argument['value'];
    if (argument.type === 'ConditionalExpression') {
      const first = (argument['consequent'] as Node)['value'];
      if (isSeverity(first)) return first;
    }
  }
  return null;
}

/** Ids whose words are put together at run time, or written where there is no language yet; by hand. */
const AUDIT_REMEDY: Localized = {
  zh: '保留现场，勿改动数据库；与备份和另存的链头比对，见 docs/operations/audit.md',
  en: 'Leave everything as it is and compare with backups and the heads kept elsewhere: docs/operations/audit.md.',
};

const WRITTEN_BY_HAND: readonly (Pick<CatalogueEntry, 'id' | 'kind'> & {
  readonly meaning: Localized;
  readonly remedy: Localized;
})[] = [
  {
    id: 'AUDIT-SEQUENCE',
    kind: 'code',
    meaning: {
      zh: '审计链中有编号缺失、重复或次序颠倒',
      en: 'A number of an audit chain is missing, doubled or out of order.',
    },
    remedy: AUDIT_REMEDY,
  },
  {
    id: 'AUDIT-CONTENT',
    kind: 'code',
    meaning: { zh: '审计记录的内容与其哈希不符', en: 'The content of an audit event does not give its hash.' },
    remedy: AUDIT_REMEDY,
  },
  {
    id: 'AUDIT-LINK',
    kind: 'code',
    meaning: { zh: '审计记录没有接在前一条之后', en: 'An audit event does not follow the one before it.' },
    remedy: AUDIT_REMEDY,
  },
  {
    id: 'AUDIT-HEAD-DIFFERS',
    kind: 'code',
    meaning: { zh: '审计链与已签名的链头不符', en: 'An audit chain differs from a signed head.' },
    remedy: AUDIT_REMEDY,
  },
  {
    id: 'AUDIT-HEAD-SIGNATURE',
    kind: 'code',
    meaning: { zh: '链头的签名不成立', en: 'The signature of a head of the audit does not hold.' },
    remedy: AUDIT_REMEDY,
  },
  {
    id: 'AUDIT-HEAD-KEY',
    kind: 'code',
    meaning: { zh: '链头由未知密钥签名', en: 'A head of the audit is signed with an unknown key.' },
    remedy: AUDIT_REMEDY,
  },
  {
    id: 'AUDIT-HEAD-FORM',
    kind: 'code',
    meaning: { zh: '链头文件中有一行不是链头', en: 'A line of the file of heads is no head.' },
    remedy: AUDIT_REMEDY,
  },
  {
    id: 'AUDIT-TAIL-MISSING',
    kind: 'code',
    meaning: { zh: '审计链止于已签名的链头之前', en: 'An audit chain ends before a signed head.' },
    remedy: AUDIT_REMEDY,
  },
  {
    id: 'AUDIT-CHAIN-MISSING',
    kind: 'code',
    meaning: { zh: '已签名的链头所在的审计链不存在', en: 'The chain of a signed head is gone.' },
    remedy: AUDIT_REMEDY,
  },
  {
    id: 'AUDIT-LINE-FORM',
    kind: 'code',
    meaning: { zh: '文件中有一行不是导出的审计记录', en: 'A line of the file is not an exported audit event.' },
    remedy: AUDIT_REMEDY,
  },
  {
    id: 'USAGE',
    kind: 'code',
    meaning: { zh: '命令行的写法有误(说明见该行)', en: 'The command line makes no sense; the line says why.' },
    remedy: { zh: '用 `npx tianchou 命令 --help` 查看用法', en: 'See `npx tianchou COMMAND --help`.' },
  },
  {
    id: 'CANCELLED',
    kind: 'code',
    meaning: {
      zh: '命令被中止(Ctrl-C);没有写完的文件已删除',
      en: 'The command was stopped (Ctrl-C); files not yet whole are removed.',
    },
    remedy: { zh: '需要时重新运行', en: 'Run it again when needed.' },
  },
  {
    id: 'LEFT-OVER',
    kind: 'code',
    meaning: {
      zh: '命令中止后有一个未写完的文件没能删除',
      en: 'A file not yet whole could not be removed after a command was stopped.',
    },
    remedy: { zh: '手工删除所列文件', en: 'Remove the file named by hand.' },
  },
  {
    id: 'CONFIG-INVALID',
    kind: 'code',
    meaning: {
      zh: '环境变量的值不能用(写明是哪一个)',
      en: 'An environment variable has a value that cannot be used; the line names it.',
    },
    remedy: { zh: '见 docs/operations/run.md 的设置表', en: 'See the settings in docs/operations/run.md.' },
  },
  {
    id: 'PORT-IN-USE',
    kind: 'code',
    meaning: { zh: '端口已被占用', en: 'The port is in use.' },
    remedy: { zh: '用 PORT 指定另一个端口', en: 'Name another port by PORT.' },
  },
  {
    id: 'JOB-INTERRUPTED',
    kind: 'code',
    meaning: {
      zh: '程序在任务完成前停止了,没有留下半成品',
      en: 'The program stopped before the job was done; nothing half-made was left.',
    },
    remedy: { zh: '重新开始该任务', en: 'Start the job again.' },
  },
  {
    id: 'PACK-FORM',
    kind: 'code',
    meaning: {
      zh: '政策包不合格式:有不认识的键、缺值或类型不对(写明是哪一处)',
      en: 'The pack has not the form of a pack: an unknown key, a value missing or of the wrong kind; the line names the place.',
    },
    remedy: {
      zh: '核对拼写;花括号内带逗号的文字须加引号;格式见 packs/pack.schema.json',
      en: 'Check the spelling; a text with a comma inside { } needs quotes. packs/pack.schema.json gives the form.',
    },
  },
  {
    id: 'PACK-FORMULA',
    kind: 'code',
    meaning: { zh: '公式看不懂(给出列号)', en: 'The formula cannot be understood; the line names the column.' },
    remedy: {
      zh: '公式只有数、名称、+ - * /、括号、min、max、abs',
      en: 'A formula has numbers, names, + - * /, parentheses, min, max and abs.',
    },
  },
  {
    id: 'INTAKE_NOT_GEOJSON',
    kind: 'code',
    meaning: {
      zh: '文件是 JSON,但不是 GeoJSON(是 TopoJSON、Esri JSON,或没有要素)',
      en: 'The file is JSON but not GeoJSON: TopoJSON, Esri JSON, or without features.',
    },
    remedy: { zh: '导出为 GeoJSON 面要素', en: 'Export polygons as GeoJSON.' },
  },
  {
    id: 'REGISTER-LINE',
    kind: 'code',
    meaning: { zh: '条款登记文件中有一行损坏', en: 'A line of the clause register is damaged.' },
    remedy: {
      zh: '条款登记文件随产品发布,请恢复原文件',
      en: 'The register ships with the product: restore the file.',
    },
  },
];

/** Trees of the files that may refuse or report something. Columns of tables and texts of screens look alike and are none. */
function trees(): Tree[] {
  return SOURCES.filter(
    ({ path }) => worldOf(path) !== 'test' && !/^src\/(web\/i18n|modules\/balance|demo)\//.test(path),
  ).map(({ path }) => treeOf(path, readFileSync(join(ROOT, path), 'utf8')));
}

function distinct(texts: readonly Localized[]): Localized[] {
  const seen = new Set<string>();
  return texts.filter(({ zh, en }) => {
    const key = `${zh}\0${en}`;
    return seen.has(key) || (zh === '' && en === '') || zh === '…' ? false : seen.add(key);
  });
}

/** Every code and rule of the product, by id. Built from the source each time it is asked for. */
export function codeCatalogue(): CatalogueEntry[] {
  const all = trees();
  const shared = { values: new Map<string, Node>(), functions: new Map<string, Node>() };
  for (const tree of all) {
    for (const [name, values] of tree.values) if (!shared.values.has(name)) shared.values.set(name, values[0]!);
    for (const [name, node] of tree.functions) shared.functions.set(`${folderOf(tree.path)}/${name}`, node);
  }
  const byId = new Map<string, Found[]>();
  for (const tree of all) for (const one of idsOf(tree, shared)) byId.set(one.id, [...(byId.get(one.id) ?? []), one]);

  const entries = new Map<string, CatalogueEntry>();
  for (const [id, found] of byId) {
    entries.set(id, {
      id,
      kind: RULE.test(id) ? 'rule' : 'code',
      severity: found.find(({ severity }) => severity !== null)?.severity ?? null,
      meanings: distinct(found.flatMap(({ meanings }) => meanings)),
      remedies: distinct(found.flatMap(({ remedies }) => remedies)),
      places: found.map(({ place }) => place),
    });
  }
  for (const { id, severity, title, remedy } of DEFECT_RULES) {
    const places = entries.get(id)?.places ?? ['src/geometry/ring-validity-rules.ts'];
    entries.set(id, { id, kind: 'rule', severity, meanings: [title], remedies: [remedy], places });
  }
  const remedies = remediesOfRules(all, shared);
  for (const { id, severity, title } of QUALITY_RULES) {
    const known = entries.get(id);
    entries.set(id, {
      id,
      kind: 'rule',
      severity,
      meanings: [title],
      remedies: distinct([...(known?.remedies ?? []), ...(remedies.get(id) ?? [])]),
      places: known?.places ?? ['src/modules/quality/rules'],
    });
  }
  for (const { id, kind, meaning, remedy } of WRITTEN_BY_HAND) {
    const known = entries.get(id);
    entries.set(id, {
      id,
      kind,
      severity: known?.severity ?? null,
      meanings: [meaning],
      remedies: [remedy],
      places: known?.places ?? [],
    });
  }
  return [...entries.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** Remedies that stand in the file of a quality rule, by the id declared there. */
function remediesOfRules(all: readonly Tree[], shared: Shared): Map<string, Localized[]> {
  const found = new Map<string, Localized[]>();
  for (const tree of all.filter(({ path }) => path.startsWith('src/modules/quality/rules/'))) {
    const reader = new TextReader(tree, shared);
    const ids: string[] = [];
    const remedies: Localized[] = [];
    const visit = (node: Node): void => {
      if (node.type === 'Property' && keyOf(node) === 'id') {
        const id = reader.string(node['value'] as Node);
        if (id !== undefined && RULE.test(id)) ids.push(id);
      }
      if (node.type === 'Property' && keyOf(node) === 'remedy') remedies.push(...reader.pairs(node['value'] as Node));
      for (const child of childrenOf(node)) visit(child);
    };
    visit(tree.program);
    for (const id of ids) found.set(id, distinct(remedies));
  }
  return found;
}

interface Section {
  readonly title: Localized;
  readonly takes: (entry: CatalogueEntry) => boolean;
}

const starts =
  (pattern: RegExp) =>
  (entry: CatalogueEntry): boolean =>
    pattern.test(entry.id);

/** The order of the page; the first section that takes an entry has it. */
const SECTIONS: readonly Section[] = [
  { title: { zh: '代码:文件读不进来', en: 'Codes: a file cannot be read' }, takes: starts(/^INTAKE_/) },
  { title: { zh: '代码:入库批次', en: 'Codes: import batches' }, takes: starts(/^IMPORT-/) },
  {
    title: { zh: '代码:项目与分析', en: 'Codes: projects and analysis' },
    takes: starts(/^(ANALYSIS|PRODUCT|PROJECT|PLAN|RUN|FINDINGS|ZONE|PARCELS)[-_]/),
  },
  { title: { zh: '代码:政策包', en: 'Codes: policy packs' }, takes: starts(/^(PACK|REGISTER)-/) },
  {
    title: { zh: '代码:服务、数据目录、终端', en: 'Codes: server, data folder, terminal' },
    takes: ({ kind }) => kind === 'code',
  },
  { title: { zh: '规则:属性与字段', en: 'Rules: attributes and fields' }, takes: starts(/^(attribute|schema)\./) },
  { title: { zh: '规则:图形', en: 'Rules: geometry' }, takes: starts(/^geometry\./) },
  { title: { zh: '规则:拓扑与面积', en: 'Rules: topology and areas' }, takes: starts(/^(topology|area)\./) },
  { title: { zh: '规则:坐标系', en: 'Rules: coordinate reference system' }, takes: starts(/^crs\./) },
  {
    title: { zh: '规则:各种格式', en: 'Rules: single formats' },
    takes: starts(
      /^(txt|points|table|csv|xlsx|geojson|geopackage|shapefile|flatgeobuf|filegdb|archive|zip|encoding|dbf|wkt|writer)\./,
    ),
  },
  { title: { zh: '规则:方案、分析、政策包', en: 'Rules: plans, analysis, packs' }, takes: () => true },
];

const SEVERITY_NAMES: Readonly<Record<Severity, Localized>> = {
  error: { zh: '错误', en: 'error' },
  warning: { zh: '警告', en: 'warning' },
  note: { zh: '说明', en: 'note' },
};

const HEAD: Localized = {
  zh: `# 代码与规则

田畴拒绝一件事,总会给出一个不变的代码、所在位置和处理办法;对一行数据提出问题,总会给出规则编号。“…”处是当时的文件名、数值等。

- **代码**(大写)表示没有做成:文件没有读、批次没有入库、分析没有运行。
- **规则**(小写、带点)是对一个要素或整个文件的判断:错误(该行不入库)、警告(照样入库,请核对)、说明(程序是怎样理解的)。
- 终端里,妨碍命令的规则以代码形式出现:\`geometry.spike\` 写作 \`GEOMETRY_SPIKE\`。
- 质检规则的依据见 docs/domain/quality-rules.md。
`,
  en: `# Codes and rules

Whatever Tianchou refuses has a code that does not change, a place and a remedy; whatever it says about a row has the id of a rule.
“…” stands for the file name, the number or the word of the case at hand.

- A **code** (capitals) means that something was not done: a file not read, a batch not committed, an analysis not run.
- A **rule** (small letters, with a dot) is a judgement on a feature or a file: an error keeps the row out, a warning lets it in and
  asks to be checked, a note says how something was understood.
- In the terminal a rule that stops a command is written as a code: \`geometry.spike\` becomes \`GEOMETRY_SPIKE\`.
- What the quality rules follow from: docs/domain/quality-rules.md.
`,
};

/** A cell of a Markdown table. */
function cell(texts: readonly Localized[], language: 'zh' | 'en'): string {
  const lines = [
    ...new Set(
      texts.map((text) =>
        text[language]
          .replace(/\s+/g, ' ')
          .replace(/…{2,}\.?|…\.$/g, '…')
          .replaceAll('|', '\\|')
          .trim(),
      ),
    ),
  ];
  return lines.length === 0 ? '—' : lines.map(sentence).join('<br>');
}

/** Texts begin as they stand in a sentence of a screen; in a table each begins with a capital. */
function sentence(text: string): string {
  return /^[a-z]+ /.test(text) ? text[0]!.toUpperCase() + text.slice(1) : text;
}

/** docs/handbook/{zh,en}/codes.md. */
export function codesPage(entries: readonly CatalogueEntry[], language: 'zh' | 'en'): string {
  const left = new Set(entries);
  const parts = SECTIONS.map(({ title, takes }) => {
    const taken = [...left].filter(takes);
    for (const entry of taken) left.delete(entry);
    const isRules = taken[0]?.kind === 'rule';
    const head =
      language === 'zh'
        ? isRules
          ? '| 规则 | 级别 | 含义 | 处理办法 |\n|---|---|---|---|'
          : '| 代码 | 含义 | 处理办法 |\n|---|---|---|'
        : isRules
          ? '| rule | severity | meaning | remedy |\n|---|---|---|---|'
          : '| code | meaning | remedy |\n|---|---|---|';
    const rows = taken.map((entry) => {
      const severity = isRules ? ` ${entry.severity === null ? '—' : SEVERITY_NAMES[entry.severity][language]} |` : '';
      return `| \`${entry.id}\` |${severity} ${cell(entry.meanings, language)} | ${cell(entry.remedies, language)} |`;
    });
    return `## ${title[language]}\n\n${head}\n${rows.join('\n')}\n`;
  });
  return `${HEAD[language]}\n${parts.join('\n')}`;
}
