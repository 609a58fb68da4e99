import { Router } from 'express';
import { platformFigures, type PlatformFigures } from '../../db/market.js';
import { profileOf } from '../../domain/regulation.js';
import type { Area, AreaDeps } from '../area.js';
import { DateText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Money } from '../components/money.js';
import { percentText } from '../components/rate.js';
import { Layout, sendPage, useVisit } from '../layout.js';
import { linksFor } from '../navigation.js';
import { visitOf, wantsJson } from '../visit.js';
import { marketRouter } from './market.js';

/** What everybody may see: the first page, the market, the platform's figures. */
export const publicArea: Area = (deps) => {
  const router = Router();
  router.get('/', async (_request, response) => {
    sendPage(response, <FrontPage figures={await platformFigures(deps.pool)} />);
  });
  router.use(marketRouter(deps));
  router.use(figuresRouter(deps));
  return router;
};

function figuresRouter({ pool, settings }: AreaDeps): Router {
  const router = Router();
  router.get('/figures', async (request, response) => {
    const figures = await platformFigures(pool);
    if (wantsJson(request)) return void response.json({ asOf: visitOf(response).today, ...figures });
    const rule = profileOf(settings.profile);
    sendPage(response, (
      <Layout title="Figures">
        <p>All loans ever disbursed through the platform, as of <DateText date={visitOf(response).today} />. Money is principal unless said.</p>
        <Facts facts={[
          ['Lent in all (累计借贷金额)', <><Money fen={figures.lentFen} /> in {figures.loans} loans</>],
          ['Outstanding (借贷余额)', <><Money fen={figures.outstandingFen} /> in {figures.outstandingLoans} loans</>],
          ['Repaid', <><Money fen={figures.repaidPrincipalFen} /> and <Money fen={figures.repaidInterestFen} /> interest</>],
          ['Borrowers (累计借款人)', String(figures.borrowers)],
          ['Lenders (累计出借人)', String(figures.lenders)],
          ['Loans late now (逾期笔数)', `${figures.lateLoans}${share(figures.lateLoans, figures.outstandingLoans)}`],
          ['More than 90 days late', <><Money fen={figures.over90Fen} /> in {figures.over90Loans} loans{share(figures.over90Fen, figures.outstandingFen)}</>],
          ['Written off (核销)', <><Money fen={figures.writtenOffFen} /> in {figures.writtenOffLoans} loans; they stay owed and in the balance above</>],
        ]} />
        <p class="small">Rules in force: profile {rule.id}. A loan counts as late from the first day after the day that counts.</p>
      </Layout>
    ));
  });
  return router;
}

function share(part: number, whole: number): string {
  return whole === 0 ? '' : ` (${percentText(Math.round((part / whole) * 10_000))})`;
}

function FrontPage({ figures }: { figures: PlatformFigures }) {
  const visit = useVisit();
  return (
    <Layout title="Many small streams make one river" heading="Many lenders fund one loan">
      <p>
        {visit.platformName} brings borrowers and lenders together. It is an information intermediary (信息中介): it holds nobody's money — a custody bank does — and promises no return.
        Every fen has a place in the bank's books, and every step of a loan can be followed.
      </p>
      {visit.person
        ? <p class="actions">{linksFor(visit.person.roles).map((link, index) => <a key={link.href} class={index === 0 ? 'button' : 'button plain'} href={link.href}>{link.text}</a>)}</p>
        : <p class="actions"><a class="button" href="/sign-up?role=borrower">Borrow</a> <a class="button plain" href="/sign-up?role=lender">Lend</a> <a href="/log-in">Log in</a></p>}
      <h2>For borrowers</h2>
      <p>Apply in a few minutes. You see the whole cost as one yearly figure and the full schedule before you sign, and you may withdraw until the contract is concluded. Repaying early is always possible.</p>
      <h2>For lenders</h2>
      <p>Choose loans yourself, from a small amount each. You may lose what you lend: each loan shows its risk grade and how many such loans are expected to fail. Spread your money, and lend only what you can do without.</p>
      <h2>Where we stand</h2>
      <Facts facts={[
        ['Lent in all', <Money fen={figures.lentFen} />], ['Outstanding', <Money fen={figures.outstandingFen} />],
        ['Loans late now', String(figures.lateLoans)], ['Written off', <Money fen={figures.writtenOffFen} />],
      ]} />
      <p><a href="/market">See the market</a> · <a href="/figures">All figures</a> · <a href="/documents">Documents</a></p>
    </Layout>
  );
}
