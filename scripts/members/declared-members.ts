import type { Node, SourceFile } from 'typescript/unstable/ast';
import {
  isArrowFunction,
  isClassDeclaration,
  isFunctionDeclaration,
  isGetAccessorDeclaration,
  isIdentifier,
  isInterfaceDeclaration,
  isMethodDeclaration,
  isMethodSignatureDeclaration,
  isObjectLiteralExpression,
  isPropertyDeclaration,
  isPropertySignatureDeclaration,
  isStringLiteral,
  isTypeAliasDeclaration,
} from 'typescript/unstable/ast/is';

/** A property, method or getter of an interface, a class or a type alias. */
export interface Member {
  readonly name: string;
  /** The interface, class or type alias. Empty for a type written inside a function. */
  readonly owner: string;
  /** From the root of the repository. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The name's node. */
  readonly node: Node;
  /** The interface, class or type literal that holds it. */
  readonly holder: Node;
}

/** The members that a file declares. `#private` members are the linter's concern. */
export function declaredMembers(file: string, source: SourceFile): Member[] {
  const found: Member[] = [];
  const visit = (node: Node, owner: string): void => {
    const inner = ownerName(node) ?? owner;
    const named = memberName(node);
    if (named !== undefined)
      found.push({ ...named, owner, file, line: lineOf(source, named.node), holder: node.parent });
    node.forEachChild((child) => visit(child, inner));
  };
  visit(source, '');
  return found;
}

function lineOf(source: SourceFile, node: Node): number {
  return source.text.slice(0, node.getStart(source)).split('\n').length;
}

function ownerName(node: Node): string | undefined {
  const isOwner = isInterfaceDeclaration(node) || isClassDeclaration(node) || isTypeAliasDeclaration(node);
  if (isOwner) return node.name?.text;
  return isFunctionDeclaration(node) || isMethodDeclaration(node) || isArrowFunction(node) ? '' : undefined;
}

function memberName(node: Node): { readonly name: string; readonly node: Node } | undefined {
  const isMember =
    isPropertySignatureDeclaration(node) ||
    isMethodSignatureDeclaration(node) ||
    isPropertyDeclaration(node) ||
    isMethodDeclaration(node) ||
    isGetAccessorDeclaration(node);
  if (!isMember || isObjectLiteralExpression(node.parent)) return undefined;
  if (!isIdentifier(node.name) && !isStringLiteral(node.name)) return undefined;
  return { name: node.name.text, node: node.name };
}
