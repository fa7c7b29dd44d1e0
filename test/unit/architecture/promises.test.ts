import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

/**
 * No promise is dropped. Biome's rule finds those of our own functions, but knows no types of packages, so this checks
 * every statement with TypeScript itself.
 */

const root = join(import.meta.dirname, '../../..');

function programOf(project: string): ts.Program {
  const path = join(root, project, 'tsconfig.json');
  const { config } = ts.readConfigFile(path, ts.sys.readFile);
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, join(root, project));
  return ts.createProgram(fileNames, options);
}

/** `….catch(handler)` and `….then(handler, handler)` handle the rejection of their promise. */
function handlesFailure(expression: ts.Expression): boolean {
  if (!ts.isCallExpression(expression) || !ts.isPropertyAccessExpression(expression.expression)) return false;
  const { text } = expression.expression.name;
  const handlers = expression.arguments.length;
  return (text === 'catch' && handlers === 1) || (text === 'then' && handlers === 2);
}

/** The places of a program where an expression is a statement by itself and has a `then`. */
function droppedPromises(program: ts.Program, isChecked: (path: string) => boolean): string[] {
  const checker = program.getTypeChecker();
  const found: string[] = [];
  for (const file of program.getSourceFiles()) {
    if (file.fileName.includes('/node_modules/') || !isChecked(file.fileName)) continue;
    const visit = (node: ts.Node): void => {
      if (ts.isExpressionStatement(node)) {
        const type = checker.getTypeAtLocation(node.expression);
        const isAssignment =
          ts.isBinaryExpression(node.expression) &&
          node.expression.operatorToken.kind <= ts.SyntaxKind.LastAssignment &&
          node.expression.operatorToken.kind >= ts.SyntaxKind.FirstAssignment;
        if (!isAssignment && !handlesFailure(node.expression) && type.getProperty('then') !== undefined) {
          const { line } = file.getLineAndCharacterOfPosition(node.getStart());
          found.push(`${file.fileName.slice(root.length + 1)}:${line + 1}`);
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return found;
}

test('no promise is dropped', { timeout: 120_000 }, () => {
  expect(droppedPromises(programOf('.'), () => true)).toEqual([]);
  expect(droppedPromises(programOf('renderer'), (path) => path.includes('/renderer/'))).toEqual([]);
});

test('a dropped promise of Node is found', () => {
  const host = ts.createCompilerHost({});
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2024,
    types: ['node'],
    skipLibCheck: true,
  };
  const name = join(import.meta.dirname, 'planted.ts');
  const text = "import { rm } from 'node:fs/promises';\nexport function f(): void {\n  rm('x');\n}\n";
  const program = ts.createProgram([name], options, {
    ...host,
    fileExists: (path) => path === name || host.fileExists(path),
    readFile: (path) => (path === name ? text : host.readFile(path)),
    getSourceFile: (path, version) =>
      path === name ? ts.createSourceFile(path, text, version) : host.getSourceFile(path, version),
  });
  expect(droppedPromises(program, (path) => path === name)).toEqual(['test/unit/architecture/planted.ts:3']);
});
