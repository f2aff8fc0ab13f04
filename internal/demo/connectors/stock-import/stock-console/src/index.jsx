import ReactDOM from 'react-dom';
import { gql } from '@apollo/client';
import { ApplicationShell, setupGlobalErrorListener, useMcQuery } from '@commercetools-frontend/application-shell';
import { GRAPHQL_TARGETS } from '@commercetools-frontend/constants';
import { level } from './level.mjs';

const LOW_STOCK = gql`
  query LowStock {
    inventoryEntries(sort: "quantityOnStock asc", limit: 50) {
      results { id sku quantityOnStock }
    }
  }
`;

function LowStock() {
  const { data, error } = useMcQuery(LOW_STOCK, {
    context: { target: GRAPHQL_TARGETS.COMMERCETOOLS_PLATFORM },
  });
  if (error) return <p role="alert">{error.message}</p>;
  if (!data) return <p>Loading…</p>;
  return (
    <table>
      <caption>Running low</caption>
      <tbody>
        {data.inventoryEntries.results.map(({ id, sku, quantityOnStock }) => (
          <tr key={id}><th scope="row">{sku}</th><td>{quantityOnStock}</td><td>{level(quantityOnStock)}</td></tr>
        ))}
      </tbody>
    </table>
  );
}

setupGlobalErrorListener();
ReactDOM.render(
  <ApplicationShell environment={window.app} applicationMessages={async () => ({})}>
    <LowStock />
  </ApplicationShell>,
  document.getElementById('app'),
);
