import { Router } from 'express';
import type { Area } from '../area.js';
import { notFound } from '../errors.js';
import { Layout, sendPage } from '../layout.js';
import { acceptanceOf, documents, type LegalDocument } from './texts.js';

/** The texts that people accept, readable by everybody. */
export const documentsArea: Area = () => {
  const router = Router();
  router.get('/documents', (_request, response) => {
    sendPage(response, (
      <Layout title="Documents">
        <p>What people accept when they use this platform. Each acceptance records the version, its fingerprint and the time.</p>
        <ul>{documents.map((document) => <li key={document.name}><a href={`/documents/${document.name}`}>{document.title}</a> <span class="small">version {document.version}</span></li>)}</ul>
      </Layout>
    ));
  });
  router.get('/documents/:name', (request, response) => {
    const document = documents.find((each) => each.name === request.params.name);
    if (!document) throw notFound();
    sendPage(response, <DocumentPage document={document} />);
  });
  return router;
};

function DocumentPage({ document }: { document: LegalDocument }) {
  return (
    <Layout title={document.title}>
      <p class="small">Version {document.version} · fingerprint (SHA-256) <code>{acceptanceOf(document.name).sha256}</code></p>
      {document.text.split('\n').filter((line) => line !== '').map((line, index) => (line.startsWith('# ') ? <h2 key={index}>{line.slice(2)}</h2> : <p key={index}>{line}</p>))}
    </Layout>
  );
}
