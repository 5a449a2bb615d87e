import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import rxjsX from 'eslint-plugin-rxjs-x';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'dist',
      // AssemblyScript, which only its own compiler reads.
      'assembly',
      'coverage',
      'node_modules',
      'test/golden',
      'runs',
      '.heatstream',
      'heatstream-demo',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
      rxjsX.configs.strict,
    ],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'rxjs-x/finnish': 'error',
      // Typed-array loops are read with `!`, see docs/decisions.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/consistent-type-definitions': 'off',
    },
  },
  {
    files: ['src/stages/**', 'src/methods/**', 'src/augment/**', 'src/pose/**', 'src/models/**'],
    rules: {
      'no-restricted-globals': ['error', { name: 'Date', message: 'pass the clock in' }],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'use src/pose/random.ts' },
      ],
    },
  },
  {
    files: ['src/cli/**', 'bench/**', 'scripts/**', 'test/**', 'examples/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: {
        require: 'readonly',
        module: 'writable',
        process: 'readonly',
        __dirname: 'readonly',
      },
    },
  },
  prettier,
);
