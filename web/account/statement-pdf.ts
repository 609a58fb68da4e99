/** The statement on paper. Chinese text stays text: it can be searched and copied. */
import { createRequire } from 'node:module';
import type { Writable } from 'node:stream';
import PDFDocument from 'pdfkit';
import type { Statement, StatementBalances, StatementLine } from '../../db/statement.js';
import { formatFen } from '../../domain/money.js';
import { instantText } from '../components/dates.js';
import type { Asked } from './statement-period.js';
import { lineWords } from './statement-words.js';

export interface PaperStatement { asked: Asked; statement: Statement; holder: string; platformName: string; zoneOffsetMinutes: number; madeAt: string }

const margin = 40;
const lineHeight = 22;
/** Rows drawn before others get their turn. */
const rowsAtOnce = 40;
interface PaperColumn { heading: [string, string]; width: number; right?: boolean; text(line: StatementLine, paper: PaperStatement): [string, string] }

const change = (fen: number): string => (fen === 0 ? '' : `${fen > 0 ? '+' : ''}${formatFen(fen)}`);
const columns: readonly PaperColumn[] = [
  { heading: ['Time', '时间'], width: 72, text: ({ at }, { zoneOffsetMinutes }) => [instantText(at, zoneOffsetMinutes), ''] },
  { heading: ['What', '摘要'], width: 138, text: (line, { asked }) => wordsOf(line, asked) },
  { heading: ['Loan, request', '借款、流水号'], width: 101, text: (line) => [line.loanNo ?? '', line.requestNo] },
  { heading: ['Available', '可用变动'], width: 68, right: true, text: (line) => [change(line.availableFen), ''] },
  { heading: ['Frozen', '占用变动'], width: 68, right: true, text: (line) => [change(line.boundFen), ''] },
  { heading: ['After', '可用、占用余额'], width: 68, right: true, text: (line) => [formatFen(line.availableAfterFen), formatFen(line.boundAfterFen)] },
];

/** Reads the font's address once; each document embeds only the characters that it uses. */
export function createStatementPdf(): { write(to: Writable, paper: PaperStatement): Promise<void> } {
  const font = createRequire(import.meta.url).resolve('@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf');
  return {
    async write(to, paper) {
      const pdf = new PDFDocument({ size: 'A4', margin, bufferPages: true, info: { Title: `Statement ${paper.asked.account.userNo} ${paper.asked.from} – ${paper.asked.to}`, Author: paper.platformName } });
      pdf.pipe(to);
      pdf.registerFont('text', font).font('text');
      writeHead(pdf, paper);
      await writeLines(pdf, paper);
      writeFoot(pdf, paper);
      numberPages(pdf);
      pdf.end();
    },
  };
}

type Pdf = InstanceType<typeof PDFDocument>;

function writeHead(pdf: Pdf, { asked, statement, holder, platformName, madeAt, zoneOffsetMinutes }: PaperStatement): void {
  pdf.fontSize(16).text('Statement of the custody account 存管账户流水', margin, margin);
  pdf.fontSize(9).moveDown(0.5);
  pdf.text(`${platformName} · made 制表 ${instantText(madeAt, zoneOffsetMinutes)}`);
  pdf.text(`Holder 户名: ${holder} · account 账户: ${asked.account.userNo} · period 期间: ${asked.from} – ${asked.to}`);
  pdf.text(`Opening balance 期初余额: ${balances(statement.opening)}`);
  pdf.text('Amounts in yuan 金额单位：元. "Frozen" 占用: bids being paid, frozen money and payouts on their way to the card.').moveDown(0.5);
}

async function writeLines(pdf: Pdf, paper: PaperStatement): Promise<void> {
  const bottom = pdf.page.height - margin - lineHeight;
  writeRow(pdf, columns.map((column) => column.heading));
  if (paper.statement.lines.length === 0) pdf.text('No movement in this period 本期无流水', margin, pdf.y + 4);
  for (const [index, line] of paper.statement.lines.entries()) {
    if (pdf.y + lineHeight > bottom) {
      pdf.addPage();
      writeRow(pdf, columns.map((column) => column.heading));
    }
    writeRow(pdf, columns.map((column) => column.text(line, paper)));
    if (index % rowsAtOnce === rowsAtOnce - 1) await new Promise((resolve) => { setImmediate(resolve); });
  }
}

/** Two small lines in each cell, and a rule under them. */
function writeRow(pdf: Pdf, cells: readonly [string, string][]): void {
  const top = pdf.y;
  let left = margin;
  for (const [index, texts] of cells.entries()) {
    const { width = 0, right = false } = columns[index] ?? {};
    for (const [place, text] of texts.entries()) {
      if (text !== '') pdf.fontSize(7.5).text(text, left, top + place * 9.5, { width: width - 4, height: 9, ellipsis: true, lineBreak: false, align: right ? 'right' : 'left' });
    }
    left += width;
  }
  const under = top + lineHeight - 1;
  pdf.moveTo(margin, under).lineTo(left, under).lineWidth(0.3).strokeColor('#d8dee6').stroke();
  pdf.x = margin;
  pdf.y = under + 2;
}

function writeFoot(pdf: Pdf, { statement: { closing, totals } }: PaperStatement): void {
  if (pdf.y + 3 * lineHeight > pdf.page.height - margin) pdf.addPage();
  pdf.fontSize(9).moveDown(0.5);
  pdf.text(`${totals.lines} movements 笔 · came in 收入: ${formatFen(totals.inFen)} · went out 支出: ${formatFen(totals.outFen)}`, margin);
  pdf.text(`Closing balance 期末余额: ${balances(closing)}`);
  pdf.text('The money is at the custody bank in your own name. 资金由存管银行存管。');
}

function numberPages(pdf: Pdf): void {
  const { count } = pdf.bufferedPageRange();
  for (let page = 0; page < count; page += 1) {
    pdf.switchToPage(page);
    // Text below the margin would begin another page.
    pdf.page.margins.bottom = 0;
    pdf.fontSize(8).text(`${page + 1} / ${count}`, margin, pdf.page.height - 28, { width: pdf.page.width - 2 * margin, align: 'center', lineBreak: false });
  }
}

function wordsOf(line: StatementLine, asked: Asked): [string, string] {
  const { en, zh } = lineWords(line, asked.account.bankRole === 'INVESTOR');
  return [en, zh];
}

function balances({ availableFen, reservedFen, frozenFen, inTransitFen }: StatementBalances): string {
  return `available 可用 ${formatFen(availableFen)}, frozen 占用 ${formatFen(reservedFen + frozenFen + inTransitFen)}`;
}
