import {
  SyntaxKind,
  type BinaryExpression,
  type Expression,
  type Node,
  type SourceFile,
  type SpreadAssignment,
} from 'typescript/unstable/ast';
import {
  isArrowFunction,
  isBinaryExpression,
  isBindingElement,
  isCallOrNewExpression,
  isElementAccessExpression,
  isFunctionExpression,
  isIdentifier,
  isMethodDeclaration,
  isObjectBindingPattern,
  isObjectLiteralExpression,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isShorthandPropertyAssignment,
  isSpreadAssignment,
  isStringLiteral,
} from 'typescript/unstable/ast/is';
import { TypeFlags, type Checker, type Symbol, type Type } from 'typescript/unstable/sync';

/** Names one declaration. Two programs that hold the same file give it the same key. */
export type DeclarationKey = string;

/** The members `from` are read if one of the members `to` is. */
export interface Link {
  readonly from: readonly DeclarationKey[];
  readonly to: readonly DeclarationKey[];
}

/** Types of which a reader may take any member. */
const OPEN = TypeFlags.AnyOrUnknown | TypeFlags.NonPrimitive | TypeFlags.TypeParameter;
/** How deep a value is followed that is read as a whole. */
const MAX_DEPTH = 8;

export function keysOf(symbol: Symbol): DeclarationKey[] {
  return symbol.declarations.map(({ path, index }) => `${path}#${index}`);
}

/** Is it declared in this repository? */
export function isOurs(symbol: Symbol): boolean {
  return symbol.declarations.some(({ path }) => !path.includes('/node_modules/') && !path.startsWith('bundled:'));
}

/** Collects the members that code reads. Assigning to a member, or giving it in a literal, reads nothing. */
export class MemberReads {
  readonly keys = new Set<DeclarationKey>();
  readonly links: Link[] = [];
  readonly #wholeTypes = new Set<number>();
  readonly #checker: Checker;

  constructor(checker: Checker) {
    this.#checker = checker;
  }

  addFile(source: SourceFile): void {
    const names: Node[] = [];
    const visit = (node: Node): void => {
      if (isPropertyAccessExpression(node)) {
        if (!isAssigned(node)) names.push(node.name);
      } else this.#addOther(node);
      node.forEachChild(visit);
    };
    visit(source);
    for (const [index, symbol] of this.#checker.getSymbolAtLocation(names).entries())
      if (symbol !== undefined) this.#addAccess(symbol, names[index]);
  }

  /** Everything that a module exports, for programs outside of this repository. */
  addExports(module: SourceFile): void {
    const symbol = this.#checker.getSymbolAtLocation(module);
    for (const exported of symbol === undefined ? [] : this.#checker.getExportsOfModule(symbol)) {
      this.#addWhole(this.#checker.getDeclaredTypeOfSymbol(exported));
      this.#addWhole(this.#checker.getTypeOfSymbol(exported));
    }
  }

  #addOther(node: Node): void {
    if (isElementAccessExpression(node)) this.#addElement(node.expression, node.argumentExpression);
    else if (isObjectBindingPattern(node)) this.#addPattern(node);
    else if (isSpreadAssignment(node)) this.#addSpread(node);
    else if (isCallOrNewExpression(node)) this.#addArguments(node.arguments ?? []);
    else if (isBinaryExpression(node)) this.#addBinary(node);
  }

  /** `value.name`. In a member of the same name, which passes the call on, it is read only if that one is. */
  #addAccess(symbol: Symbol, name: Node | undefined): void {
    const around = name === undefined ? [] : this.#forwarders(name, symbol.name);
    if (around.length === 0) this.#addSymbol(symbol);
    else this.links.push({ from: keysOf(symbol), to: around.flatMap(keysOf) });
  }

  #forwarders(inside: Node, name: string): Symbol[] {
    if (isPropertyAccessExpression(inside.parent) && inside.parent.expression.kind === SyntaxKind.SuperKeyword)
      return [];
    for (let node = inside.parent; node.kind !== SyntaxKind.SourceFile; node = node.parent) {
      if (!isMethodDeclaration(node) && !(isPropertyAssignment(node) && isFunction(node.initializer))) continue;
      if (!isIdentifier(node.name) || node.name.text !== name) continue;
      if (!isObjectLiteralExpression(node.parent)) return [this.#checker.getSymbolAtLocation(node.name) ?? []].flat();
      const wanted = this.#checker.getContextualType(node.parent);
      return wanted === undefined ? [] : this.#named(wanted, name).filter(isOurs);
    }
    return [];
  }

  /** `const { a, b: c } = value` and `({ a }) => …`. */
  #addPattern(pattern: Node): void {
    const type = this.#checker.getTypeAtLocation(pattern);
    if (type === undefined) return;
    pattern.forEachChild((element) => {
      if (!isBindingElement(element) || element.dotDotDotToken !== undefined) return;
      const name = element.propertyName ?? element.name;
      if (name !== undefined && (isIdentifier(name) || isStringLiteral(name))) this.#addNamed(type, name.text);
    });
  }

  /** `'a' in value` and `({ a: b } = value)`. */
  #addBinary({ left, operatorToken, right }: BinaryExpression): void {
    if (operatorToken.kind === SyntaxKind.InKeyword) this.#addElement(right, left);
    const type =
      isAssignment(operatorToken) && isObjectLiteralExpression(left) && this.#checker.getTypeAtLocation(right);
    if (!type) return;
    left.forEachChild((property) => {
      if ((isPropertyAssignment(property) || isShorthandPropertyAssignment(property)) && isIdentifier(property.name))
        this.#addNamed(type, property.name.text);
    });
  }

  /** `value['a']`, `value[key]` and `'a' in value`. A key of an open type reads every member. */
  #addElement(value: Node, key: Node): void {
    const type = this.#checker.getTypeAtLocation(value);
    if (type === undefined) return;
    if (isStringLiteral(key)) return this.#addNamed(type, key.text);
    const keyType = this.#checker.getTypeAtLocation(key);
    for (const literal of keyType === undefined ? [] : partsOf(keyType)) {
      if (literal.isStringLiteralType()) this.#addNamed(type, literal.value);
      else if ((literal.flags & TypeFlags.NumberLike) === 0)
        for (const property of this.#propertiesOf(type)) this.#addSymbol(property);
    }
  }

  /** `{ ...value }`: its members become members of what the literal must be. */
  #addSpread({ expression, parent }: SpreadAssignment): void {
    const type = this.#checker.getTypeAtLocation(expression);
    const wanted = this.#checker.getContextualType(parent as Expression & Node);
    const isOpen = wanted === undefined || (wanted.flags & OPEN) !== 0;
    for (const from of type === undefined ? [] : this.#propertiesOf(type)) {
      const named = isOpen ? [] : this.#named(wanted, from.name);
      if (isOpen || !named.every(isOurs)) this.#addSymbol(from);
      else this.links.push({ from: keysOf(from), to: named.flatMap(keysOf) });
    }
  }

  /** A value that is given where anything may stand (`JSON.stringify(value)`) is read as a whole. */
  #addArguments(given: readonly Expression[]): void {
    for (const argument of given) {
      const wanted = this.#checker.getContextualType(argument);
      if (wanted !== undefined && (wanted.flags & OPEN) !== 0)
        this.#addWhole(this.#checker.getTypeAtLocation(argument));
    }
  }

  /** Every member of a value, and of the values that it holds. */
  #addWhole(type: Type | undefined, depth = 0): void {
    if (type === undefined || depth > MAX_DEPTH || this.#wholeTypes.has(type.id)) return;
    this.#wholeTypes.add(type.id);
    if (type.isUnionType() || type.isIntersectionType()) {
      for (const part of type.getTypes()) this.#addWhole(part, depth);
      return;
    }
    if ((type.flags & (TypeFlags.Object | TypeFlags.TypeParameter)) === 0) return;
    if (type.isTypeReference())
      for (const part of this.#checker.getTypeArguments(type)) this.#addWhole(part, depth + 1);
    const properties = this.#checker.getPropertiesOfType(type).filter(isOurs);
    for (const property of properties) this.#addSymbol(property);
    for (const held of this.#checker.getTypeOfSymbol(properties)) this.#addWhole(held, depth + 1);
    for (const info of this.#checker.getIndexInfosOfType(type)) this.#addWhole(info.valueType, depth + 1);
  }

  #addSymbol(symbol: Symbol): void {
    for (const key of keysOf(symbol)) this.keys.add(key);
  }

  #addNamed(type: Type, name: string): void {
    for (const symbol of this.#named(type, name)) this.#addSymbol(symbol);
  }

  #named(type: Type, name: string): Symbol[] {
    return this.#apparentParts(type).flatMap((part) => this.#checker.getPropertyOfType(part, name) ?? []);
  }

  #propertiesOf(type: Type): Symbol[] {
    return this.#apparentParts(type).flatMap((part) => this.#checker.getPropertiesOfType(part));
  }

  #apparentParts(type: Type): Type[] {
    return partsOf(type).map((part) => this.#checker.getApparentType(part) ?? part);
  }
}

function isFunction(node: Node): boolean {
  return isArrowFunction(node) || isFunctionExpression(node);
}

function partsOf(type: Type): readonly Type[] {
  return type.isUnionType() ? type.getTypes() : [type];
}

/** Is the member only assigned here? */
function isAssigned(node: Node): boolean {
  const { parent } = node;
  return isBinaryExpression(parent) && parent.left === node && isAssignment(parent.operatorToken);
}

function isAssignment({ kind }: Node): boolean {
  return kind === SyntaxKind.EqualsToken;
}
