export default {
  name: 'Stock',
  entryPointUriPath: '${env:ENTRY_POINT_URI_PATH}',
  cloudIdentifier: '${env:CLOUD_IDENTIFIER}',
  env: {
    development: { initialProjectKey: 'demo' },
    production: { applicationId: '${env:CUSTOM_APPLICATION_ID}', url: '${env:APPLICATION_URL}' },
  },
  oAuthScopes: { view: ['view_products'], manage: [] },
  icon: '${path:@commercetools-frontend/assets/application-icons/rocket.svg}',
  mainMenuLink: { defaultLabel: 'Stock', labelAllLocales: [], permissions: [] },
  submenuLinks: [],
};
