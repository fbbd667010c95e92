import { expect, test } from 'vitest'
import { openApiDocument } from './openapi.ts'
import { components } from './schemas.ts'

const document = openApiDocument('1.2.3')
const text = JSON.stringify(document)

test('every reference in the document leads somewhere', () => {
  const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]!)
  expect(references.length).toBeGreaterThan(20)
  for (const reference of references) {
    const name = reference.replace('#/components/schemas/', '')
    expect(Object.keys(components), reference).toContain(name)
  }
})

test('operations have unique ids, and documented path parameters', () => {
  const paths = document['paths'] as Record<
    string,
    Record<string, { operationId: string; parameters?: { name: string }[] }>
  >
  const ids = Object.values(paths).flatMap((path) => Object.values(path).map((operation) => operation.operationId))
  expect(new Set(ids).size).toBe(ids.length)
  expect(Object.keys(paths)).toContain('/api/v1/applications/{name}/sync')
  for (const [path, operations] of Object.entries(paths)) {
    for (const operation of Object.values(operations)) {
      const hasName = operation.parameters?.some((parameter) => parameter.name === 'name') ?? false
      expect(hasName, path).toBe(path.includes('{name}'))
    }
  }
})

test('schemas name what is required, and what may be absent is not', () => {
  const schemas = (document['components'] as { schemas: Record<string, { required: string[]; properties: object }> })
    .schemas
  expect(schemas['Application']!.required).toContain('name')
  expect(schemas['Application']!.required).not.toContain('operation')
  expect(schemas['Application']!.properties).toHaveProperty('operation')
  expect(text).not.toContain('$schema')
})
