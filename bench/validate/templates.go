package main

// scriptTemplates are functions of JavaScript and TypeScript.
var scriptTemplates = []string{`
/** The {noun} of a {other}, as the {third} has it. */
export async function {verb}{Noun}({other}, options = {}) {
  const { {third}, limit = {number} } = options;
  const response = await fetch(` + "`${process.env.CTP_API_URL}/{noun}/${{other}.id}?limit=${limit}`" + `, {
    headers: { authorization: ` + "`Bearer ${{other}.accessToken}`" + `, 'content-type': 'application/json' },
  });
  if (!response.ok) {
    throw new Error(` + "`{verb} {noun}: status ${response.status}`" + `);
  }
  return (await response.json()).results.filter((entry) => entry.{third} !== {third});
}
`, `
// A {noun} counts once for each {other}, whatever its {third} says.
export const {verb}{Noun}By{Other} = (list) =>
  list.reduce((sum, entry) => {
    const key = entry.{other} ?? '{third}';
    return { ...sum, [key]: (sum[key] ?? 0) + entry.{noun} * {number} };
  }, {});
`, `
export class {Noun}{Other}Store {
  constructor(client, {third} = {number}) {
    this.client = client;
    this.{third} = {third};
    this.retries = {number};
  }

  async {verb}(key) {
    for (let attempt = 0; attempt < this.retries; attempt += 1) {
      try {
        return await this.client.{noun}().withKey({ key }).get().execute();
      } catch (error) {
        logger.warn('could not {verb} the {other}', { key, attempt, reason: error.message });
      }
    }
    return undefined;
  }
}
`, `
export function is{Noun}Of{Other}({third}) {
  if (!{third} || typeof {third} !== 'object') {
    return false;
  }
  const pattern = /^{noun}-[a-z0-9]{2,}$/i;
  return pattern.test({third}.key) && {third}.version > {number} && {third}.{other} !== null;
}
`}

// javaTemplates are methods of a Java class.
var javaTemplates = []string{`
  /** The {noun} of a {other}. */
  public List<String> {verb}{Noun}(final List<String> {other}, final int limit) {
    if ({other} == null || {other}.size() > {number}) {
      throw new IllegalArgumentException("the {other} has no {third}");
    }
    return {other}.stream().filter(entry -> !entry.isBlank()).map(entry -> "{noun}-" + entry).limit(limit).toList();
  }
`, `
  private static final int MAX_{number} = {number};

  // A {noun} is kept for each {third}.
  long {verb}{Other}(final String key, final long amount) {
    final long {noun} = amount * MAX_{number} + key.hashCode();
    return Math.floorMod({noun}, 97L) == 0 ? amount : {noun};
  }
`}

const nodeManifest = `{
  "name": %q,
  "version": "1.0.0",
  "private": true,
  "type": "module",
  "scripts": {
    "start": "node src/cart.js",
    "build": "tsc",
    "test": "node --test test/"
  },
  "dependencies": { "@commercetools/platform-sdk": "^8.0.0", "express": "^5.0.0" }
}
`

const consoleManifest = `{
  "name": %q,
  "version": "1.0.0",
  "private": true,
  "scripts": {
    "start": "mc-scripts start",
    "build": "mc-scripts build",
    "test": "node --test test/"
  },
  "dependencies": {
    "@commercetools-frontend/application-shell": "^22.0.0",
    "@commercetools-frontend/mc-scripts": "^22.0.0",
    "react": "^17.0.2"
  }
}
`

const consoleConfig = `export default {
  name: 'Stock',
  entryPointUriPath: '${env:ENTRY_POINT_URI_PATH}',
  cloudIdentifier: '${env:CLOUD_IDENTIFIER}',
  env: {
    development: { initialProjectKey: 'demo' },
    production: { applicationId: '${env:CUSTOM_APPLICATION_ID}', url: '${env:APPLICATION_URL}' },
  },
  oAuthScopes: { view: ['view_products'], manage: [] },
};
`

const mavenManifest = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>example.acme</groupId>
  <artifactId>catalog-job</artifactId>
  <version>1.0.0</version>
  <properties><maven.compiler.release>21</maven.compiler.release></properties>
</project>
`

const specification = `inheritAs:
  configuration:
    standardConfiguration:
      - key: CTP_API_URL
        description: Base URL of the HTTP API
        required: true
        default: https://api.europe-west1.gcp.commercetools.com
deployAs:
  - name: checkout-service
    applicationType: service
    endpoint: /checkout
  - name: order-events
    applicationType: event
    endpoint: /orders
  - name: catalog-job
    applicationType: job
    endpoint: /catalog
    properties:
      schedule: '15 4 * * *'
  - name: stock-console
    applicationType: merchant-center-custom-application
    configuration:
      standardConfiguration:
        - key: CUSTOM_APPLICATION_ID
          description: Id that the Merchant Center gave the custom application
          required: true
        - key: ENTRY_POINT_URI_PATH
          description: Path of the custom application in the Merchant Center
          required: true
        - key: CLOUD_IDENTIFIER
          description: Cloud region of the project, such as gcp-eu
          required: true
`
