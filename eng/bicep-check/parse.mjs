// Reads one JSON string (the text of a Bicep file) from each line of standard input, and writes one line of JSON for it:
// { errors: [{ line, text }], declarations: [...] }. Expressions carry their kind in "k"; see tests/Infra.Tests/Bicep/Expression.cs.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { Language, Parser } from 'web-tree-sitter';

await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(createRequire(import.meta.url).resolve('tree-sitter-bicep/tree-sitter-bicep.wasm')));

for await (const line of createInterface({ input: process.stdin })) {
  const tree = parser.parse(JSON.parse(line));
  process.stdout.write(JSON.stringify(read(tree.rootNode)) + '\n');
  tree.delete();
}

function read(root) {
  const errors = [];
  if (root.hasError) collect(root, errors);
  return { errors, declarations: errors.length > 0 ? [] : declarations(root) };
}

function collect(node, errors) {
  if (node.isError || node.isMissing) errors.push({ line: lineOf(node), text: node.text.slice(0, 80) });
  else for (const child of node.children) if (child.hasError || child.isMissing) collect(child, errors);
}

function declarations(parent) {
  const found = [];
  let decorators = [];
  for (const node of named(parent)) {
    if (node.type === 'decorators') decorators = named(node).map(decorator => expression(named(decorator)[0]));
    else {
      found.push({ ...declaration(node), decorators });
      decorators = [];
    }
  }
  return found;
}

function declaration(node) {
  const kind = node.type.replace(/_(declaration|assignment)$/, '');
  const parts = named(node);
  const what = { kind, line: lineOf(node), name: '' };
  switch (kind) {
    case 'target_scope': return { ...what, name: 'targetScope', value: expression(parts[0]) };
    case 'parameter': return { ...what, name: parts[0].text, type: parts[1].text, value: parts[2] && expression(parts[2]) };
    case 'variable': return { ...what, name: parts[0].text, value: expression(parts[1]) };
    case 'output': return { ...what, name: parts[0].text, type: parts[1].text, value: expression(parts[2]) };
    case 'resource':
    case 'module':
      return { ...what, name: parts[0].text, type: plain(parts[1]), existing: node.children.some(child => child.type === 'existing'), value: expression(parts[2]) };
    default: throw new Error(`Line ${lineOf(node)}: ${node.type} is more than this check understands.`);
  }
}

function expression(node) {
  const parts = named(node);
  const field = name => expression(node.childForFieldName(name));
  const line = lineOf(node);
  switch (node.type) {
    case 'string': return { k: 'text', line, parts: texts(node) };
    case 'number': return { k: 'number', line, value: Number(node.text) };
    case 'boolean': return { k: 'flag', line, value: node.text === 'true' };
    case 'null': return { k: 'null', line };
    case 'identifier': return { k: 'name', line, name: node.text };
    case 'parenthesized_expression': return expression(parts[0]);
    case 'array': return { k: 'array', line, items: parts.map(expression) };
    case 'object': return object(node);
    case 'call_expression': return { k: 'call', line, function: node.childForFieldName('function').text, arguments: named(node.childForFieldName('arguments')).map(expression) };
    case 'member_expression': return within(field('object'), of => ({ k: 'member', line, of, name: node.childForFieldName('property').text }));
    case 'subscript_expression': return within(field('object'), of => ({ k: 'index', line, of, index: field('index') }));
    case 'resource_expression': return { k: 'nested', line, of: field('object'), name: node.childForFieldName('resource').text };
    case 'ternary_expression': return within(field('condition'), condition => ({ k: 'choice', line, condition, then: field('consequence'), otherwise: field('alternative') }));
    case 'binary_expression': return within(field('left'), left => ({ k: 'operation', line, operator: node.childForFieldName('operator').text, operands: [left, field('right')] }));
    case 'unary_expression': return { k: 'operation', line, operator: node.childForFieldName('operator').text, operands: [field('argument')] };
    case 'lambda_expression': return { k: 'lambda', line, parameters: (parts[0].type === 'identifier' ? [parts[0]] : named(parts[0])).map(name => name.text), body: expression(parts[1]) };
    case 'if_statement': return { k: 'choice', line, condition: expression(parts[0]), then: expression(parts[1]), otherwise: { k: 'null', line } };
    case 'for_statement': return loop(node, parts, line);
    default: throw new Error(`Line ${line}: ${node.type} is more than this check understands.`);
  }
}

// The grammar ends a lambda too early: of "x => x.name" it makes "(x => x).name".
function within(first, build) {
  return first.k === 'lambda' ? { ...first, body: within(first.body, build) } : build(first);
}

function loop(node, parts, line) {
  const names = parts[0].type === 'for_loop_parameters' ? named(parts[0]) : [parts[0]];
  return { k: 'loop', line, parameters: names.map(name => name.text), over: expression(parts[1]), body: expression(node.childForFieldName('body')) };
}

function object(node) {
  const properties = [];
  const resources = [];
  for (const property of named(node)) {
    const parts = named(property);
    const inner = parts.find(part => part.type === 'resource_declaration');
    if (inner) resources.push({ ...declaration(inner), decorators: [] });
    else properties.push({ line: lineOf(property), key: parts[0].type === 'string' ? expression(parts[0]) : { k: 'text', line: lineOf(property), parts: [{ text: parts[0].text }] }, value: expression(parts[1]) });
  }
  return { k: 'object', line: lineOf(node), properties, resources };
}

// Texts are cut out of the source between what is filled in: the grammar keeps no spaces at the ends of what it calls content.
function texts(node) {
  const parts = [];
  let at = 1;
  const literal = end => end > at && parts.push({ text: node.text.slice(at, end).replace(/\\(.)/g, (_, escaped) => ({ n: '\n', t: '\t' })[escaped] ?? escaped) });
  for (const filled of node.children.filter(child => child.type === 'interpolation')) {
    literal(filled.startIndex - node.startIndex);
    parts.push({ expression: expression(named(filled)[0]) });
    at = filled.endIndex - node.startIndex;
  }
  literal(node.text.length - 1);
  return parts;
}

function plain(node) {
  return texts(node).map(part => part.text).join('');
}

function named(node) {
  return node.namedChildren.filter(child => child.type !== 'comment' && child.type !== 'diagnostic_comment');
}

function lineOf(node) {
  return node.startPosition.row + 1;
}
