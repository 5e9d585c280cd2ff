using Microsoft.Data.Sqlite;

namespace Evolink.LocalHost.Durable.Journal;

/// <summary>The tables of a journal and their version.</summary>
internal static class JournalSchema
{
    public const int Version = 1;

    // Start-up touches messages, activities and timers only: rows of unfinished work. Finished instances cost nothing but disk.
    private const string Tables =
        """
        CREATE TABLE instances (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            version TEXT NOT NULL,
            status INTEGER NOT NULL,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            parent INTEGER,
            parent_task INTEGER,
            parent_id TEXT,
            parent_name TEXT,
            input TEXT,
            output TEXT,
            custom_status TEXT,
            tags TEXT);
        CREATE INDEX instances_of_parent ON instances (parent) WHERE parent IS NOT NULL;
        CREATE TABLE history (
            instance INTEGER NOT NULL,
            number INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            at INTEGER NOT NULL,
            task INTEGER,
            name TEXT,
            target TEXT,
            due INTEGER,
            version TEXT,
            data TEXT,
            PRIMARY KEY (instance, number)) WITHOUT ROWID;
        CREATE TABLE messages (
            id INTEGER PRIMARY KEY,
            instance INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            task INTEGER,
            name TEXT,
            data TEXT);
        CREATE INDEX messages_of_instance ON messages (instance, id);
        CREATE TABLE activities (
            instance INTEGER NOT NULL,
            task INTEGER NOT NULL,
            name TEXT NOT NULL,
            input TEXT,
            PRIMARY KEY (instance, task)) WITHOUT ROWID;
        CREATE TABLE timers (
            instance INTEGER NOT NULL,
            task INTEGER NOT NULL,
            due INTEGER NOT NULL,
            PRIMARY KEY (instance, task)) WITHOUT ROWID;
        CREATE INDEX timers_by_due ON timers (due);
        """;

    /// <summary>Creates the tables of an empty file; refuses a file that a newer program wrote.</summary>
    public static void Prepare(SqliteConnection connection, string path)
    {
        var found = Convert.ToInt32(Scalar(connection, "PRAGMA user_version"));
        if (found == Version)
            return;
        if (found != 0)
        {
            throw new JournalUnusableException(
                $"The journal '{path}' has schema version {found}, this program knows version {Version}. "
                + "Use the program that wrote it, or another data folder.");
        }

        Scalar(connection, $"BEGIN IMMEDIATE; {Tables} PRAGMA user_version = {Version}; COMMIT");
    }

    public static void Configure(SqliteConnection connection, bool fullSync)
    {
        Scalar(connection, "PRAGMA journal_mode = WAL");
        Scalar(connection, $"PRAGMA synchronous = {(fullSync ? "FULL" : "NORMAL")}");
        Scalar(connection, "PRAGMA journal_size_limit = 67108864");
        Scalar(connection, "PRAGMA temp_store = MEMORY");
        Scalar(connection, "PRAGMA foreign_keys = OFF");
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text comes from this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
