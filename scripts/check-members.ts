import { relative, resolve } from 'node:path';
import { API, type Project } from 'typescript/unstable/sync';
import { declaredMembers, type Member } from './members/declared-members.ts';
import { keysOf, MemberReads, type DeclarationKey, type Link } from './members/member-reads.ts';
import { OUTSIDE_CONTRACTS, PUBLIC_MODULES, type OutsideContract } from './members/outside-contracts.ts';
import { RequiredMembers } from './members/required-members.ts';
import { countSources, unreadMistake } from './source-files.ts';

/** Everything but the tests: a member that only tests read is dead. */
const READ = ['src', 'report-app', 'scripts', 'bench', 'examples', 'checks'];
/** The folders that hold TypeScript alone, so that every source file in them must have been read. */
const COUNTED = ['src', 'report-app', 'scripts', 'bench', 'checks'];
const PROJECTS = ['tsconfig.json', 'report-app/tsconfig.json'];

interface Declared {
  readonly member: Member;
  readonly keys: readonly DeclarationKey[];
  readonly project: Project;
}

const files = new Set<string>();
const declared: Declared[] = [];
const read = new Set<DeclarationKey>();
const links: Link[] = [];

const api = new API({ cwd: process.cwd() });
const projects = api.updateSnapshot({ openProjects: PROJECTS.map((path) => resolve(path)) }).getProjects();
for (const project of projects) readProject(project);
followLinks();
for (const project of projects) keepRequired(project);

const dead = declared.filter(({ keys, member }) => member.owner !== '' && !isRead(keys)).map(({ member }) => member);
const faults = [
  ...new Set(dead.filter((member) => !OUTSIDE_CONTRACTS.some((row) => covers(row, member))).map(faultText)),
  ...OUTSIDE_CONTRACTS.filter((row) => !dead.some((member) => covers(row, member))).map(staleText),
];
const counted = [...files].filter((file) => COUNTED.some((folder) => file.startsWith(`${folder}/`)));
const unread = unreadMistake('members', counted.length, countSources(process.cwd(), COUNTED));
if (unread !== undefined) faults.push(unread);
for (const fault of faults) console.error(fault);
console.log(`members: ${files.size} files, ${declared.length} members, ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
api.close();

function readProject(project: Project): void {
  const reads = new MemberReads(project.checker);
  for (const path of project.program.getSourceFileNames()) {
    const file = relative(process.cwd(), path).replaceAll('\\', '/');
    if (!READ.some((folder) => file.startsWith(`${folder}/`))) continue;
    const source = project.program.getSourceFile(path);
    if (source === undefined) continue;
    files.add(file);
    reads.addFile(source);
    if (PUBLIC_MODULES.includes(file)) reads.addExports(source);
    const members = declaredMembers(file, source);
    for (const [index, symbol] of project.checker.getSymbolAtLocation(members.map(({ node }) => node)).entries()) {
      const member = members[index];
      if (member !== undefined && symbol !== undefined) declared.push({ member, keys: keysOf(symbol), project });
    }
  }
  for (const key of reads.keys) read.add(key);
  links.push(...reads.links);
}

function isRead(keys: readonly DeclarationKey[]): boolean {
  return keys.some((key) => read.has(key));
}

/** Reads every member that a read member is made of. */
function followLinks(): void {
  for (let before = -1; before !== read.size;) {
    before = read.size;
    for (const { from, to } of links) if (isRead(to)) for (const key of from) read.add(key);
  }
}

/** Keeps the members without which their type would not fit another that is read, until no more are found. */
function keepRequired(project: Project): void {
  const own = declared.filter((entry) => entry.project === project);
  const required = new RequiredMembers(
    project.checker,
    own.filter(({ keys }) => isRead(keys)).map(({ member }) => member),
  );
  for (let before = -1; before !== read.size;) {
    before = read.size;
    for (const { member, keys } of own.filter((entry) => !isRead(entry.keys) && required.isRequired(entry.member))) {
      required.add(member);
      for (const key of keys) read.add(key);
    }
    followLinks();
  }
}

function covers(row: OutsideContract, { file, owner, name }: Member): boolean {
  return row.file === file && row.owner === owner && (row.member ?? name) === name;
}

function faultText({ file, line, owner, name }: Member): string {
  return `${file}:${line}: only tests read ${owner}.${name}; remove it, or say in scripts/members/outside-contracts.ts who reads it`;
}

function staleText({ file, owner, member = '*' }: OutsideContract): string {
  return `scripts/members/outside-contracts.ts: ${file} has no unread ${owner}.${member}; remove the row`;
}
