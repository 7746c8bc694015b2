import { useComputedColorScheme } from '@mantine/core';
import { BarChart, LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import type { Series } from './Chart';

echarts.use([BarChart, LineChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, MarkLineComponent, SVGRenderer]);

export interface DrawnOption {
  label: string;
  categories: string[];
  series: readonly Series[];
  format?: (value: number) => string;
  height?: number;
  stacked?: boolean;
  target?: { value: number; name: string };
  horizontal?: boolean;
}

const PALETTE = {
  light: { colors: ['#0b6e69', '#c96f12', '#4f5fd0', '#a3437f'], text: '#5b6570', line: '#e4e7eb', paper: '#ffffff', ink: '#1a1f26' },
  dark: { colors: ['#49b0aa', '#f0a95c', '#97a4ff', '#e08cc0'], text: '#98a2ad', line: '#2b323b', paper: '#1d232b', ink: '#e3e7eb' },
};

export default function ChartDrawn(option: DrawnOption) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  const { label, categories, series, format = String, height, stacked, target, horizontal } = option;
  useEffect(() => {
    const chart = echarts.init(place.current!, null, { renderer: 'svg' });
    const look = PALETTE[scheme];
    const axis = {
      axisLine: { lineStyle: { color: look.line } },
      axisTick: { show: false },
      axisLabel: { color: look.text, fontSize: 11 },
      splitLine: { lineStyle: { color: look.line } },
    };
    const names = { type: 'category', data: categories, ...axis } as const;
    const values = { type: 'value', ...axis, axisLabel: { ...axis.axisLabel, formatter: format } } as const;
    chart.setOption({
      animation: false,
      aria: { enabled: true, label: { description: label } },
      color: look.colors,
      textStyle: { fontFamily: 'Inter Variable, system-ui, sans-serif' },
      grid: { left: 8, right: target ? 44 : 16, top: series.length > 1 ? 34 : 12, bottom: 8, containLabel: true },
      tooltip: {
        trigger: 'axis',
        backgroundColor: look.paper,
        borderColor: look.line,
        textStyle: { color: look.ink, fontSize: 12 },
        valueFormatter: (value: unknown) => (typeof value === 'number' ? format(value) : '–'),
      },
      legend: series.length > 1 ? { top: 0, left: 0, icon: 'roundRect', itemWidth: 10, itemHeight: 10, textStyle: { color: look.text, fontSize: 12 } } : undefined,
      xAxis: horizontal ? values : names,
      yAxis: horizontal ? { ...names, inverse: true } : values,
      series: series.map((each, at) => ({
        name: each.name,
        type: each.kind ?? 'bar',
        data: each.values,
        stack: stacked ? 'all' : undefined,
        symbol: 'none',
        barMaxWidth: 28,
        markLine:
          target && at === 0
            ? { silent: true, symbol: 'none', lineStyle: { color: look.text, type: 'dashed' }, label: { formatter: target.name, color: look.text, position: 'end' }, data: [horizontal ? { xAxis: target.value } : { yAxis: target.value }] }
            : undefined,
      })),
    });
    const sized = new ResizeObserver(() => chart.resize());
    sized.observe(place.current!);
    return () => {
      sized.disconnect();
      chart.dispose();
    };
  }, [categories, format, horizontal, label, scheme, series, stacked, target]);
  return <div ref={place} role="img" aria-label={label} style={{ blockSize: height, inlineSize: '100%' }} />;
}
