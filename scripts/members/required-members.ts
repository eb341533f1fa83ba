import type { Node } from 'typescript/unstable/ast';
import { isClassDeclaration, isClassExpression, isTypeLiteralNode } from 'typescript/unstable/ast/is';
import type { Checker, Type } from 'typescript/unstable/sync';
import type { Member } from './declared-members.ts';
import { isOurs } from './member-reads.ts';

/** Answers whether an unread member is needed all the same, because another type that it must fit is read. */
export class RequiredMembers {
  readonly #checker: Checker;
  readonly #read = new Map<string, Member[]>();

  /** @param read the members that code reads */
  constructor(checker: Checker, read: readonly Member[]) {
    this.#checker = checker;
    for (const member of read) this.add(member);
  }

  add(member: Member): void {
    const named = this.#read.get(member.name);
    if (named === undefined) this.#read.set(member.name, [member]);
    else named.push(member);
  }

  isRequired(member: Member): boolean {
    if (this.#isInherited(member)) return true;
    const type = this.#typeOf(member.holder);
    if (type === undefined) return false;
    return (this.#read.get(member.name) ?? []).some((other) => {
      const wanted = this.#typeOf(other.holder);
      return wanted !== undefined && this.#checker.isTypeAssignableTo(type, wanted);
    });
  }

  /** Does a class or interface of a package ask for it? */
  #isInherited({ holder, name }: Member): boolean {
    if (!isClassDeclaration(holder) && !isClassExpression(holder)) return false;
    const bases = (holder.heritageClauses ?? []).flatMap((clause) => clause.types);
    return bases.some((base) => {
      const type = this.#checker.getTypeAtLocation(base);
      const property = type && this.#checker.getPropertyOfType(type, name);
      return property !== undefined && !isOurs(property);
    });
  }

  #typeOf(holder: Node): Type | undefined {
    if (isTypeLiteralNode(holder)) return this.#checker.getTypeFromTypeNode(holder);
    const { name } = holder as Node & { readonly name?: Node };
    const symbol = name === undefined ? undefined : this.#checker.getSymbolAtLocation(name);
    return symbol && this.#checker.getDeclaredTypeOfSymbol(symbol);
  }
}
