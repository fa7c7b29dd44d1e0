import * as z from 'zod';

/** The parts of JSON Schema that our contracts use. */
const nodeSchema: z.ZodType<Node> = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  properties: z
    .record(
      z.string(),
      z.lazy(() => nodeSchema),
    )
    .optional(),
  required: z.array(z.string()).optional(),
  items: z.lazy(() => nodeSchema).optional(),
  anyOf: z.array(z.lazy(() => nodeSchema)).optional(),
  oneOf: z.array(z.lazy(() => nodeSchema)).optional(),
});
interface Node {
  readonly type?: string | readonly string[] | undefined;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly properties?: Readonly<Record<string, Node>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: Node | undefined;
  readonly anyOf?: readonly Node[] | undefined;
  readonly oneOf?: readonly Node[] | undefined;
}

function nodeOf(schema: z.ZodType, io: 'input' | 'output'): Node {
  return nodeSchema.parse(z.toJSONSchema(schema, { io, unrepresentable: 'any' }));
}

function optionsOf(node: Node): readonly Node[] {
  if (typeof node.type === 'object') return node.type.map((type) => ({ ...node, type }));
  return (node.anyOf ?? node.oneOf)?.flatMap(optionsOf) ?? [node];
}

function valuesOf(node: Node): readonly unknown[] | undefined {
  return node.enum ?? (node.const === undefined ? undefined : [node.const]);
}

/** Why a reader may not understand one form of a value; empty when it does. */
function misfits(written: Node, read: Node, at: string): string[] {
  if (written.type !== read.type && !(written.type === 'integer' && read.type === 'number')) {
    return [`${at}: a ${read.type} is expected, a ${written.type} is written`];
  }
  const known = valuesOf(read);
  const values = valuesOf(written);
  if (known !== undefined) {
    if (values === undefined) return [`${at}: one of ${known} is expected, anything may be written`];
    return values.filter((value) => !known.includes(value)).map((value) => `${at}: ${value} is not known`);
  }
  const inside = Object.entries(read.properties ?? {}).flatMap(([key, wanted]) => {
    const found = written.properties?.[key];
    const isSure = written.required?.includes(key) ?? false;
    if (!isSure && read.required?.includes(key)) return [`${at}/${key}: expected, and not always written`];
    return found === undefined ? [] : misreadings(found, wanted, `${at}/${key}`);
  });
  const items = written.items && read.items ? misreadings(written.items, read.items, `${at}[]`) : [];
  return [...inside, ...items];
}

function misreadings(written: Node, read: Node, at: string): string[] {
  return optionsOf(written).flatMap((form) => {
    const tries = optionsOf(read).map((option) => misfits(form, option, at));
    return (
      tries.find((found) => found.length === 0) ?? tries.toSorted((a, b) => a.length - b.length)[0] ?? []
    );
  });
}

/**
 * The values of a writer's contract that a reader of another contract may not understand; empty if the reader accepts
 * every value that the writer can produce.
 */
export function notUnderstood(writer: z.ZodType, reader: z.ZodType): string[] {
  return misreadings(nodeOf(writer, 'output'), nodeOf(reader, 'input'), '');
}
