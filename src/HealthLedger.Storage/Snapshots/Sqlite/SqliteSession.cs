using Microsoft.Data.Sqlite;

namespace HealthLedger.Storage.Snapshots.Sqlite;

/// <summary>One connection to the file, opened when it is first used, for one piece of work at a time; its statements are prepared once.</summary>
internal sealed class SqliteSession(string connectionString)
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, SqliteCommand> _prepared = [];
    private SqliteConnection? _connection;

    /// <summary>Runs work on a thread of the pool, alone.</summary>
    public async ValueTask<T> RunAsync<T>(Func<SqliteSession, T> work, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        // The turn ends with the work, not with who waits for it: a caller may have gone on already.
        Task<T> running = Task.Run(() =>
        {
            try
            {
                if (_connection is null)
                {
                    _connection = new SqliteConnection(connectionString);
                    _connection.Open();
                }
                return work(this);
            }
            finally
            {
                _turn.Release();
            }
        }, CancellationToken.None);
        return await running.WaitAsync(cancel);
    }

    /// <summary>The statement, with parameters <c>$1</c> to <c>$n</c>.</summary>
    public SqliteCommand Prepared(string sql, int parameters)
    {
        if (_prepared.TryGetValue(sql, out SqliteCommand? known)) return known;
        SqliteCommand command = new(sql, _connection);
        for (int i = 1; i <= parameters; i++) command.Parameters.AddWithValue($"${i}", DBNull.Value);
        command.Prepare();
        return _prepared[sql] = command;
    }

    /// <summary>A statement that is run once.</summary>
    public SqliteCommand New(SqliteTransaction transaction, string sql) => new(sql, _connection, transaction);

    /// <summary>Begins a transaction as a writer.</summary>
    public SqliteTransaction Begin() => _connection!.BeginTransaction(deferred: false);

    /// <summary>Runs statements outside of any transaction.</summary>
    public void Run(string sql)
    {
        using SqliteCommand command = new(sql, _connection);
        command.ExecuteNonQuery();
    }

    /// <summary>Closes the connection once the work under way has ended; the next piece of work opens another.</summary>
    public async ValueTask CloseAsync()
    {
        await _turn.WaitAsync();
        try
        {
            foreach (SqliteCommand command in _prepared.Values) await command.DisposeAsync();
            _prepared.Clear();
            if (_connection is not null) await _connection.DisposeAsync();
            _connection = null;
        }
        finally
        {
            _turn.Release();
        }
    }
}
