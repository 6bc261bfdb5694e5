import MagicString from "magic-string";
import ts from "typescript";

/**
 * Has V8 compile these functions together with the file they are in, for which it takes parentheses as a hint (of arrow
 * functions since Node 24). It compiles others at their first call, for which it reads them again, at each start: what Node
 * keeps of compiled code has none of them. Declarations become constants at the head of their block, where they are known as
 * early as before.
 *
 * @param code as esbuild prints it, with all its semicolons
 * @throws Error where a bundler is told something of a declaration that would be moved: the comment would stay
 */
export function compileEagerly(code: string, names: ReadonlySet<string>): MagicString {
  const text = new MagicString(code);
  for (const { name, node } of namedFunctions(code)) {
    if (!names.has(name)) continue;
    const start = node.getStart();
    if (isMovable(node)) {
      if (/[@#]__\w+__/.test(node.getFullText().slice(0, -node.getText().length))) {
        throw new Error(`${name}: a function with an annotation is not moved; take it off the list`);
      }
      // Its name comes from the constant: a bundler would rename one of two.
      text.prependRight(start, `const ${name} = (`).remove(node.name.getStart(), node.name.end);
      text.appendLeft(node.end, ");\n");
      const head = headOf(node.parent);
      if (head !== start) text.move(start, node.end, head);
    } else {
      text.prependRight(start, "(").appendLeft(node.end, ")");
    }
  }
  return text;
}

/** The functions of some code that have a name to list them by, outer ones first. */
export function namedFunctions(code: string): readonly { readonly name: string; readonly node: ts.Node }[] {
  const found: { readonly name: string; readonly node: ts.Node }[] = [];
  const look = (node: ts.Node): void => {
    const name = nameOf(node);
    if (name !== undefined) found.push({ name, node });
    ts.forEachChild(node, look);
  };
  look(ts.createSourceFile("file.js", code, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS));
  return found;
}

/**
 * The name of a function that is declared in a block or a file, of one that a variable or a property is given, and of one that
 * is handed to the call whose answer they are given; `undefined` of others. There is no hint for methods and async arrows.
 */
function nameOf(node: ts.Node): string | undefined {
  if (isMovable(node)) return node.name.text;
  const isArrow = ts.isArrowFunction(node) && node.modifiers === undefined;
  if (!isArrow && !ts.isFunctionExpression(node)) return undefined;
  let given: ts.Node = node.parent;
  while (ts.isParenthesizedExpression(given) || ts.isCallExpression(given)) given = given.parent;
  if (!ts.isVariableDeclaration(given) && !ts.isPropertyAssignment(given)) return undefined;
  return ts.isIdentifier(given.name) ? given.name.text : undefined;
}

type Movable = ts.FunctionDeclaration & { readonly name: ts.Identifier; readonly parent: ts.Block | ts.SourceFile };

const isMovable = (node: ts.Node): node is Movable =>
  ts.isFunctionDeclaration(node) &&
  node.name !== undefined &&
  (ts.isBlock(node.parent) || ts.isSourceFile(node.parent)) &&
  !(ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export);

/** Where a block's first statement begins, behind imports and directives. */
function headOf(block: ts.Block | ts.SourceFile): number {
  const first = block.statements.find(
    (one) => !ts.isImportDeclaration(one) && !(ts.isExpressionStatement(one) && ts.isStringLiteral(one.expression)),
  );
  return (first ?? block).getStart();
}
